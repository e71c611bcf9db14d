"""TikTok consents: refresh tokens kept encrypted, access tokens taken out by lease."""
