# Secrets by the settings' names. Terraform makes the places and says who may read each; the values
# are added beside it (make secret), so that no state file and no plan ever holds one.

locals {
  platform_secrets = {
    instagram = ["KIPRAH_INSTAGRAM_TOKEN", "KIPRAH_INSTAGRAM_USER_ID"]
    facebook  = ["KIPRAH_FACEBOOK_TOKEN", "KIPRAH_FACEBOOK_APP_SECRET"]
    x         = ["KIPRAH_X_BEARER_TOKEN"]
    tiktok    = ["KIPRAH_TIKTOK_CLIENT_KEY", "KIPRAH_TIKTOK_CLIENT_SECRET"]
    youtube   = ["KIPRAH_YOUTUBE_API_KEY"]
  }

  # What TikTok's Business app is known by, which reads comments.
  business_secrets = ["KIPRAH_TIKTOK_BUSINESS_CLIENT_ID", "KIPRAH_TIKTOK_BUSINESS_SECRET"]

  # Which platforms a secret is needed for. The token key seals stored consents of TikTok accounts
  # and stored tokens of Facebook Pages. What units are told by is no platform's.
  secrets = merge(
    { KIPRAH_TOKEN_KEY = ["facebook", "tiktok"], KIPRAH_NOTIFY = [] },
    { KIPRAH_TIKTOK_BUSINESS_CLIENT_ID = [], KIPRAH_TIKTOK_BUSINESS_SECRET = [] },
    { for pair in flatten([
      for platform, names in local.platform_secrets : [for name in names : { name = name, platform = platform }]
    ]) : pair.name => [pair.platform] },
  )

  # Those that have a version, by what the operator says.
  given_secrets = toset([
    for name, platforms in local.secrets : name
    if length(setintersection(platforms, var.platforms)) > 0 || (name == "KIPRAH_NOTIFY" && var.notify) || (contains(local.business_secrets, name) && var.tiktok_business)
  ])

  # Each binding is one function's account and one secret: score reads the one for notices, publish
  # none.
  secret_readers = merge([
    for facts in values(local.functions) : {
      for name in setintersection(facts.secrets, local.given_secrets) :
      "${facts.account}/${name}" => { function = facts.account, secret = name }
    }
  ]...)
}

resource "google_secret_manager_secret" "secrets" {
  for_each = local.secrets

  secret_id = "${var.name_prefix}-${replace(lower(trimprefix(each.key, "KIPRAH_")), "_", "-")}"
  replication {
    user_managed { # in the country, and nowhere else
      replicas {
        location = var.region
      }
    }
  }
  # A version that is destroyed by mistake can be had back for a week.
  version_destroy_ttl = "604800s"
  depends_on          = [google_project_service.services]
}

resource "google_secret_manager_secret_iam_member" "readers" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.secrets[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.functions[each.value.function].member
}
