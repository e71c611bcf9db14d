# Whether a reader sees the home page, from Google's own places around the world.

resource "google_monitoring_uptime_check_config" "site" {
  display_name = "Kiprah: the home page"
  period       = "300s"
  timeout      = "10s"

  http_check {
    path         = var.domain == "" ? "/${google_storage_bucket.site.name}/index.html" : "/"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }
  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = var.domain == "" ? "storage.googleapis.com" : var.domain
    }
  }
  content_matchers {
    content = "Kiprah"
    matcher = "CONTAINS_STRING"
  }
  depends_on = [google_project_service.services]

  lifecycle {
    create_before_destroy = true # the alert names it
  }
}
