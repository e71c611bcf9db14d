# The Google services that are used. They stay on when this is destroyed: others may use them.

resource "google_project_service" "services" {
  for_each = setunion(
    [
      "artifactregistry.googleapis.com",
      "cloudbuild.googleapis.com",
      "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com",
      "cloudscheduler.googleapis.com",
      "cloudtasks.googleapis.com",
      "firebaserules.googleapis.com",
      "firestore.googleapis.com",
      "iam.googleapis.com",
      "logging.googleapis.com",
      "monitoring.googleapis.com",
      "run.googleapis.com",
      "secretmanager.googleapis.com",
      "storage.googleapis.com",
    ],
    var.check_edits ? ["eventarc.googleapis.com", "pubsub.googleapis.com"] : [],
    var.domain == "" ? [] : ["compute.googleapis.com"],
    var.billing_account == "" ? [] : ["billingbudgets.googleapis.com"],
  )

  project            = var.project
  service            = each.key
  disable_on_destroy = false
}
