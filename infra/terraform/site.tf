# The public site: a bucket that everybody may read and only publish and documents may write.

resource "google_storage_bucket" "site" {
  name                        = local.buckets.site
  location                    = var.region
  uniform_bucket_level_access = true
  depends_on                  = [google_project_service.services]

  website {
    main_page_suffix = "index.html"
    not_found_page   = "404.html"
  }

  # Open data is for other sites' scripts, too. With a domain the load balancer says so (cdn.tf): a
  # header said twice is none.
  dynamic "cors" {
    for_each = var.domain == "" ? [1] : []
    content {
      origin          = ["*"]
      method          = ["GET", "HEAD"]
      response_header = ["Content-Type"]
      max_age_seconds = 3600
    }
  }

  # No versions, and nothing kept of what is overwritten: pages change every half hour, each would be
  # stored and billed for a week, and all of it can be made anew from the database. What must not be
  # lost, a month's frozen files, lies in a bucket of its own besides (private.tf).
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

# With their list: without it a page that is missing is answered "forbidden", and never 404.html. All
# that lies here is public.
resource "google_storage_bucket_iam_member" "public" {
  bucket = google_storage_bucket.site.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

# Overwriting takes the permission to delete; the function's port has no verb for it.
resource "google_storage_bucket_iam_member" "publisher" {
  for_each = toset(["publish", "documents"])

  bucket = google_storage_bucket.site.name
  role   = "roles/storage.objectUser"
  member = google_service_account.functions[each.key].member
}
