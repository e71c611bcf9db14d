# The database's rules for apps' clients, released with everything else. A set of rules cannot be
# changed: another one takes its place.

resource "google_firebaserules_ruleset" "documents" {
  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/../firestore.rules")
    }
  }
  depends_on = [google_firestore_database.documents]

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_firebaserules_release" "documents" {
  name         = var.database == "(default)" ? "cloud.firestore" : "cloud.firestore/${var.database}"
  ruleset_name = google_firebaserules_ruleset.documents.name
}
