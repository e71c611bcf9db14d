# What nobody outside may read: exports of the database, and the frozen files' own copies.

resource "google_storage_bucket" "private" {
  name                        = local.buckets.private
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.services]

  versioning {
    enabled = true # an export that is overwritten by mistake can be had back
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age        = var.exports_days
      with_state = "LIVE"
    }
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
      with_state                 = "ARCHIVED"
    }
  }
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }
}

# A final month's files, as they were published. Until its years are over nobody can change or
# delete one, the project's owner neither, while the policy stands; once locked, it stands for good.
resource "google_storage_bucket" "frozen" {
  name                        = local.buckets.frozen
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.services]

  retention_policy {
    retention_period = var.frozen_years * 31557600 # 365.25 days
    is_locked        = var.frozen_locked
  }
}

# The policy stands above this role's permission to delete. Without that permission a file that is
# there already would be answered "forbidden" instead of "it is there".
resource "google_storage_bucket_iam_member" "freezer" {
  bucket = google_storage_bucket.frozen.name
  role   = "roles/storage.objectUser"
  member = google_service_account.functions["publish"].member
}
