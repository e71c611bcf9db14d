# The source of every function: one archive, named by its content. None is ever deleted, so that a
# rollback can name an older one (1.3 MB each).

locals {
  buckets = {
    source  = "${var.project}-${var.name_prefix}-source"
    site    = "${var.project}-${var.name_prefix}-site"
    private = "${var.project}-${var.name_prefix}-private"
    frozen  = "${var.project}-${var.name_prefix}-frozen"
    alarms  = "${var.project}-${var.name_prefix}-alarms"
  }

  archive_object = var.archive_object == "" ? one(google_storage_bucket_object.archive[*].name) : var.archive_object
}

resource "google_storage_bucket" "source" {
  name                        = local.buckets.source
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.services]
}

resource "google_storage_bucket_object" "archive" {
  count = var.archive_object == "" ? 1 : 0

  bucket          = google_storage_bucket.source.name
  name            = "archives/${filesha256(var.archive)}.zip"
  source          = var.archive
  content_type    = "application/zip"
  deletion_policy = "ABANDON" # another archive takes its place; this one stays in the bucket
}
