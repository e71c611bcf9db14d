# Who edited what. Every write of a person to the database, in the console or by a script, is logged
# with the person's name and the document's. The functions' own writes are left out: they are
# millions, and would cost what logs cost (US$ 0.50 a GiB beyond 50 GiB a month). What people edit is
# a few hundred lines a month. (Firestore, "Audit logging information", 2026-11.)

resource "google_project_iam_audit_config" "documents" {
  project = var.project
  service = "datastore.googleapis.com" # configures Firestore's, which then call themselves firestore.googleapis.com

  audit_log_config {
    log_type         = "DATA_WRITE"
    exempted_members = sort([for account in google_service_account.functions : account.member])
  }
}

# In a log bucket of its own, since it is asked for long after all other lines are gone.
resource "google_logging_project_bucket_config" "audit" {
  project        = var.project
  location       = var.region
  bucket_id      = "${var.name_prefix}-audit"
  description    = "Who edited what in Kiprah's database"
  retention_days = var.audit_days
  depends_on     = [google_project_service.services]
}

resource "google_logging_project_sink" "audit" {
  name                   = "${var.name_prefix}-audit"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.audit.id}"
  filter                 = "log_id(\"cloudaudit.googleapis.com/data_access\") AND protoPayload.serviceName=\"firestore.googleapis.com\""
  unique_writer_identity = true
}

# Everything else.
resource "google_logging_project_bucket_config" "default" {
  project        = var.project
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
  depends_on     = [google_project_service.services]
}
