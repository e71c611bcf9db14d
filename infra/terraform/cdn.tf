# With a domain: one address, https, Cloud CDN, and the headers that a bucket cannot send.

locals {
  # Both kinds of addresses fit into the price of the first five forwarding rules.
  ip_versions = toset(var.domain == "" ? [] : ["IPV4", "IPV6"])

  # Everything comes from the site itself: one stylesheet, one script, and the stylesheet's drawings
  # as data addresses. Nothing stands inline (a test visits every page under these headers).
  security_headers = {
    Content-Security-Policy      = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    Strict-Transport-Security    = "max-age=31536000"
    X-Content-Type-Options       = "nosniff"
    Referrer-Policy              = "strict-origin-when-cross-origin"
    Permissions-Policy           = "camera=(), geolocation=(), microphone=(), payment=()"
    Cross-Origin-Opener-Policy   = "same-origin"
    Cross-Origin-Resource-Policy = "cross-origin"
    Access-Control-Allow-Origin  = "*"
  }

  # What stands below sematan/ is made to be shown in other sites' frames, and nothing else is.
  embed_headers = {
    Content-Security-Policy      = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    Strict-Transport-Security    = "max-age=31536000"
    X-Content-Type-Options       = "nosniff"
    Referrer-Policy              = "strict-origin-when-cross-origin"
    Permissions-Policy           = "camera=(), geolocation=(), microphone=(), payment=()"
    Cross-Origin-Opener-Policy   = "same-origin"
    Cross-Origin-Resource-Policy = "cross-origin"
    Access-Control-Allow-Origin  = "*"
  }
}

resource "google_compute_backend_bucket" "site" {
  count = var.domain == "" ? 0 : 1

  name                    = "${var.name_prefix}-site"
  bucket_name             = google_storage_bucket.site.name
  enable_cdn              = true
  compression_mode        = "AUTOMATIC"
  custom_response_headers = [for name, value in local.security_headers : "${name}: ${value}"]

  # The publisher says of every file how long it may be kept. What is older is still shown while the
  # bucket does not answer.
  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    negative_caching   = true
    request_coalescing = true
    serve_while_stale  = 86400
  }

  depends_on = [google_project_service.services]
}

# The same bucket, with headers that let other sites show what it serves in a frame.
resource "google_compute_backend_bucket" "embeds" {
  count = var.domain == "" ? 0 : 1

  name                    = "${var.name_prefix}-embeds"
  bucket_name             = google_storage_bucket.site.name
  enable_cdn              = true
  compression_mode        = "AUTOMATIC"
  custom_response_headers = [for name, value in local.embed_headers : "${name}: ${value}"]

  cdn_policy {
    cache_mode         = "USE_ORIGIN_HEADERS"
    negative_caching   = true
    request_coalescing = true
    serve_while_stale  = 86400
  }

  depends_on = [google_project_service.services]
}

resource "google_compute_url_map" "site" {
  count = var.domain == "" ? 0 : 1

  name            = "${var.name_prefix}-site"
  default_service = google_compute_backend_bucket.site[0].id

  host_rule {
    hosts        = ["*"]
    path_matcher = "site"
  }

  path_matcher {
    name            = "site"
    default_service = google_compute_backend_bucket.site[0].id

    # The first agency's embeds, and those of every agency that has a folder.
    route_rules {
      priority = 1
      service  = google_compute_backend_bucket.embeds[0].id
      match_rules {
        prefix_match = "/sematan/"
      }
      match_rules {
        path_template_match = "/*/sematan/**"
      }
    }
  }
}

resource "google_compute_url_map" "redirect" {
  count = var.domain == "" ? 0 : 1

  name = "${var.name_prefix}-redirect"
  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
  depends_on = [google_project_service.services]
}

# Google makes and renews it, once the domain leads here: minutes to an hour after its records do.
resource "google_compute_managed_ssl_certificate" "site" {
  count = var.domain == "" ? 0 : 1

  name = "${var.name_prefix}-${substr(sha256(var.domain), 0, 8)}" # another domain, another certificate
  managed {
    domains = [var.domain]
  }
  depends_on = [google_project_service.services]

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "site" {
  count = var.domain == "" ? 0 : 1

  name            = "${var.name_prefix}-site"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
  depends_on      = [google_project_service.services]
}

resource "google_compute_target_https_proxy" "site" {
  count = var.domain == "" ? 0 : 1

  name             = "${var.name_prefix}-site"
  url_map          = google_compute_url_map.site[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.site[0].id]
  ssl_policy       = google_compute_ssl_policy.site[0].id
}

resource "google_compute_target_http_proxy" "redirect" {
  count = var.domain == "" ? 0 : 1

  name    = "${var.name_prefix}-redirect"
  url_map = google_compute_url_map.redirect[0].id
}

resource "google_compute_global_address" "site" {
  for_each = local.ip_versions

  name       = "${var.name_prefix}-site-${lower(each.key)}"
  ip_version = each.key
  depends_on = [google_project_service.services]
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.ip_versions

  name                  = "${var.name_prefix}-https-${lower(each.key)}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.site[each.key].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.site[0].id
}

resource "google_compute_global_forwarding_rule" "http" {
  for_each = local.ip_versions

  name                  = "${var.name_prefix}-http-${lower(each.key)}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.site[each.key].id
  port_range            = "80"
  target                = google_compute_target_http_proxy.redirect[0].id
}
