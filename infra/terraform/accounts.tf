# Who runs what, and what each may do. Every function is an account of its own, the two that check what
# is contested are one; nothing runs as the project's default account, which may edit everything.

locals {
  accounts = toset([for function in local.functions : function.account])
}

resource "google_service_account" "functions" {
  for_each = local.accounts

  account_id   = "${var.name_prefix}-${each.key}"
  display_name = "Kiprah: the function ${each.key}"
  depends_on   = [google_project_service.services]
}

# Cloud Scheduler, Cloud Tasks and Eventarc call the functions as this one. It may do nothing else.
resource "google_service_account" "invoker" {
  account_id   = "${var.name_prefix}-invoker"
  display_name = "Kiprah: calls the functions, on schedule, from the queues and at events"
  depends_on   = [google_project_service.services]
}

resource "google_service_account" "build" {
  account_id   = "${var.name_prefix}-build"
  display_name = "Kiprah: builds the functions"
  depends_on   = [google_project_service.services]
}

# The database

# Every function reads and writes documents: publish, too, takes its turn there and says what it did.
resource "google_project_iam_member" "documents" {
  for_each = local.accounts

  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.functions[each.key].member
  condition {
    title      = "this database only"
    expression = "resource.name == \"projects/${var.project}/databases/${var.database}\""
  }
}

# Admins edit in the console by this role, which the rules do not look at. In the whole project: the
# console also lists its databases.
resource "google_project_iam_member" "admins" {
  for_each = var.admins

  project = var.project
  role    = "roles/datastore.user"
  member  = each.key
}

# Calling

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = { for name, function in local.functions : name => function if !function.public }

  location = var.region
  name     = google_cloudfunctions2_function.functions[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}

# What is written in the database is told to it, and it calls the function that checks it.
resource "google_project_iam_member" "event_receiver" {
  count = var.check_edits ? 1 : 0

  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.invoker.member
}

# For people's browsers, who come from TikTok without any account of ours.
resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = { for name, function in local.functions : name => function if function.public }

  location = var.region
  name     = google_cloudfunctions2_function.functions[each.key].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# A task names the account that it will call as; who puts it must be allowed to.
resource "google_service_account_iam_member" "act_as_invoker" {
  for_each = { for name, function in local.functions : name => function if length(function.queues) > 0 }

  service_account_id = google_service_account.invoker.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.functions[each.value.account].member
}

# Building: logs, its own images, the source. Not the project's role for builds, which may more.

resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions copies the source into a bucket of its own, which is made with the first function:
# so every bucket, but those that hold what is ours alone.
resource "google_project_iam_member" "build_source" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member
  condition {
    title      = "not the data"
    expression = join(" && ", [for bucket in ["private", "frozen", "alarms"] : "!resource.name.startsWith(\"projects/_/buckets/${local.buckets[bucket]}\")"])
  }
}

resource "google_artifact_registry_repository_iam_member" "build_images" {
  location   = google_artifact_registry_repository.functions.location
  repository = google_artifact_registry_repository.functions.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
