# What nobody outside may read: exports of the database, the frozen files' own copies, and alarms.

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

# Reading what is there, and adding to it. What is there already is answered 403, since overwriting
# takes a permission that nobody here has; publish takes that for what it is.
resource "google_storage_bucket_iam_member" "freezer" {
  for_each = toset(["roles/storage.objectCreator", "roles/storage.objectViewer"])

  bucket = google_storage_bucket.frozen.name
  role   = each.key
  member = google_service_account.functions["publish"].member
}

# Alarms, for staff alone: a table and a page that publish keeps. What was written a hundred days ago
# is deleted, as its documents are (functions/store/expiry.py), and no version of it is kept.
resource "google_storage_bucket" "alarms" {
  count = var.private_files ? 1 : 0

  name                        = local.buckets.alarms
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.services]

  soft_delete_policy {
    retention_duration_seconds = 0
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 100
    }
  }
}

# Overwriting takes the permission to delete; the function's port has no verb for it.
resource "google_storage_bucket_iam_member" "alarmist" {
  count = var.private_files ? 1 : 0

  bucket = google_storage_bucket.alarms[0].name
  role   = "roles/storage.objectUser"
  member = google_service_account.functions["publish"].member
}

resource "google_storage_bucket_iam_member" "staff" {
  for_each = var.private_files ? var.private_readers : []

  bucket = google_storage_bucket.alarms[0].name
  role   = "roles/storage.objectViewer"
  member = each.key
}
