# The database: documents of every agency, in native mode. It outlives this code: it is protected
# from deletion, and left alone when everything else is destroyed.

resource "google_firestore_database" "documents" {
  name                              = var.database
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "PESSIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED" # any minute of the last seven days
  depends_on                        = [google_project_service.services]
}

# Backups

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.documents.name
  retention = "${var.backup_days * 86400}s"
  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.documents.name
  retention = "${8 * 7 * 86400}s"
  weekly_recurrence {
    day = "SUNDAY"
  }
}

# Indexes. Firestore indexes every field of every document by itself, twice and at any depth; a post
# would carry hundreds of entries that nobody queries, each stored and written. So nothing is
# indexed, but what the store bounds its lists by (functions/store/port.py). No query looks at two
# fields: there is no composite index.
#
# "*" stands for any field of a collection group. The provider sends it without a TTL since 6.19
# (magic-modules 12856); a database takes 200 such settings, and these are some forty.

locals {
  collections = toset([
    "installation",                                                # of the whole store; all others lie below agencies/{id}
    "accounts", "status",                                          # below satker/{id}
    "alarms", "campaigns", "clarifications", "insights", "topics", # what listening keeps
    "dialog", "forgotten", "inbox", "keys", "threads",             # of comments
    "attempts", "budgets", "completeness", "consents", "cursors", "decisions", "diary", "evidence", "followers", "history",
    "indexes", "jobs", "ledgers", "models", "notices", "objections", "outcomes", "plans", "populations", "posts", "pulse", "rankings", "rosters", "runs", "samples", "satker", "settings",
    "shares", "signatures", "tails", "texts", "tickets", "urls", "volumes",
  ])

  queried = {
    "alarms/changed_at"  = { collection = "alarms", field = "changed_at" }
    "posts/published_at" = { collection = "posts", field = "published_at" }
    "posts/changed_at"   = { collection = "posts", field = "changed_at" }
    "ledgers/month"      = { collection = "ledgers", field = "month" }
    "followers/month"    = { collection = "followers", field = "month" }
    "rankings/month"     = { collection = "rankings", field = "month" }
    "evidence/month"     = { collection = "evidence", field = "month" }
    "outcomes/platform"  = { collection = "outcomes", field = "platform" }
    "rosters/as_of"      = { collection = "rosters", field = "as_of" }
    "runs/started_at"    = { collection = "runs", field = "started_at" }
    "notices/due"        = { collection = "notices", field = "due" }
    "threads/month"      = { collection = "threads", field = "month" }
  }

  # Whose documents carry the instant from which on nobody needs them (functions/store/expiry.py).
  expiring = toset(["alarms", "attempts", "forgotten", "inbox", "notices", "outcomes", "populations", "posts", "pulse", "runs", "texts", "threads", "tickets", "volumes"])
}

resource "google_firestore_field" "unindexed" {
  for_each = local.collections

  database   = google_firestore_database.documents.name
  collection = each.key
  field      = "*"
  index_config {}
}

resource "google_firestore_field" "queried" {
  for_each = local.queried

  database   = google_firestore_database.documents.name
  collection = each.value.collection
  field      = each.value.field
  index_config {
    indexes {
      order       = "ASCENDING"
      query_scope = "COLLECTION"
    }
    indexes {
      order       = "DESCENDING"
      query_scope = "COLLECTION"
    }
  }
}

# Firestore deletes what expired within a day or so. Without an index: its values only ever grow,
# and such an index slows writing down at 500 documents a second.
resource "google_firestore_field" "expiring" {
  for_each = local.expiring

  database   = google_firestore_database.documents.name
  collection = each.key
  field      = "expires_at"
  ttl_config {}
  index_config {}
}
