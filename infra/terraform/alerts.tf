# What wakes somebody, and what only writes a mail. Two kinds: counts over time (a job that does not
# end well, one that fails again and again), and lines in which the jobs themselves say what needs a
# hand. Every text says what to do.

resource "google_monitoring_notification_channel" "mail" {
  for_each = toset(var.alert_emails)

  display_name = "Kiprah: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }
  depends_on   = [google_project_service.services]
}

locals {
  told = [for channel in google_monitoring_notification_channel.mail : channel.id]

  # Lines of severity WARNING. `apart`: the field by which one trouble is told from another; `every`:
  # how long the same one is told only once.
  lines = {
    "alert.stale" = {
      title    = "the data are stale"
      severity = "CRITICAL"
      apart    = "platform"
      every    = "21600s"
      advice   = "Jobs run, and yet what they read is old. `kiprah doctor` says which platform, and why."
    }
    "alert.consent_lost" = {
      title    = "an account's consent is lost"
      severity = "WARNING"
      apart    = "agency"
      every    = "86400s"
      advice   = "A unit has withdrawn it, or it ran out: its TikTok account cannot be read. Send the unit a new link (`kiprah connect link SATKER`)."
    }
    "alert.credential_refused" = {
      title    = "a platform refuses a credential"
      severity = "ERROR"
      apart    = "credential"
      every    = "21600s"
      advice   = "Nothing is read with it any more. `kiprah doctor` names it and since when; give Secret Manager a new version (`make secret`) and deploy."
    }
    "alert.ending" = {
      title    = "a token, a consent or an API version is near its end"
      severity = "WARNING"
      apart    = "what"
      every    = "86400s"
      advice   = "The line says which, and until when. Renew it before: afterwards nothing is read."
    }
    "alert.budget" = {
      title    = "a credential's budget is spent early"
      severity = "WARNING"
      apart    = "credential"
      every    = "86400s"
      advice   = "Posts are read later, or not at all, until it is renewed. docs/budgets.md says what is given up first, and how to get more."
    }
  }
}

resource "google_monitoring_alert_policy" "lines" {
  for_each = local.lines

  display_name          = "Kiprah: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.told

  conditions {
    display_name = each.key
    condition_matched_log {
      filter           = "${local.our_logs} AND jsonPayload.message=\"${each.key}\""
      label_extractors = { about = "EXTRACT(jsonPayload.${each.value.apart})" }
    }
  }
  alert_strategy {
    auto_close = "604800s"
    notification_rate_limit {
      period = each.value.every
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "It is about: $${log.extracted_label.about}. ${each.value.advice}"
  }
  depends_on = [google_project_service.services]
}

# No good run for too long: whatever the reason, also when nothing runs at all. "Less than one" and
# missing points both count, since a metric of logs may stop at nothing as well as at zero.
resource "google_monitoring_alert_policy" "stale" {
  display_name          = "Kiprah: a job has not ended well for ${var.stale_minutes} minutes"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.told

  dynamic "conditions" {
    for_each = local.scheduled
    content {
      display_name = "no good run of ${conditions.key}"
      condition_threshold {
        filter                  = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.good_runs.name}\" AND metric.labels.job=\"${conditions.key}\""
        comparison              = "COMPARISON_LT"
        threshold_value         = 1
        duration                = "300s" # missing data are looked at from 60 s on
        evaluation_missing_data = "EVALUATION_MISSING_DATA_ACTIVE"
        aggregations {
          alignment_period     = "${var.stale_minutes * 60}s"
          per_series_aligner   = "ALIGN_SUM"
          cross_series_reducer = "REDUCE_SUM"
        }
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "Look at the job's last lines (docs/google-cloud.md, \"When something is wrong\") and at `kiprah schedule status`. Posts are measured 24 hours after their publication: hours without a collection widen the bounds of what was due in them."
  }
}

# One failure is the next run's matter. Three in an hour are somebody's.
resource "google_monitoring_alert_policy" "failing" {
  display_name          = "Kiprah: a job fails again and again"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.told

  dynamic "conditions" {
    for_each = {
      "runs that failed and said so" = {
        filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.failures.name}\""
        group  = "metric.label.function"
      }
      # Out of memory or of time: the function could say nothing itself.
      "answers 5xx" = {
        filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=starts_with(\"${var.name_prefix}-\") AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\""
        group  = "resource.label.service_name"
      }
      # The function was never reached: an account's role, an address.
      "calls of Cloud Scheduler" = {
        filter = "resource.type=\"cloud_scheduler_job\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.missed_triggers.name}\""
        group  = "metric.label.job"
      }
    }
    content {
      display_name = conditions.key
      condition_threshold {
        filter          = conditions.value.filter
        comparison      = "COMPARISON_GT"
        threshold_value = 2
        duration        = "0s"
        aggregations {
          alignment_period     = "3600s"
          per_series_aligner   = "ALIGN_SUM"
          cross_series_reducer = "REDUCE_SUM"
          group_by_fields      = [conditions.value.group]
        }
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "The log says why: docs/google-cloud.md, \"When something is wrong\". After a deployment that broke it: `make rollback`."
  }
}

# Tasks that nobody works off: a queue that was paused, or calls slower than the work comes.
resource "google_monitoring_alert_policy" "queues" {
  display_name          = "Kiprah: a queue does not get shorter"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.told

  conditions {
    display_name = "more than 500 tasks for half an hour"
    condition_threshold {
      filter          = "resource.type=\"cloud_tasks_queue\" AND resource.labels.queue_id=starts_with(\"${var.name_prefix}-\") AND metric.type=\"cloudtasks.googleapis.com/queue/depth\""
      comparison      = "COMPARISON_GT"
      threshold_value = 500
      duration        = "1800s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "Batches expire with the next tick, so nothing is done twice; but posts may be read late. Raise that queue's `concurrent` (variable dispatches), or resume it (`gcloud tasks queues resume`)."
  }
  depends_on = [google_project_service.services]
}

resource "google_monitoring_alert_policy" "unreachable" {
  display_name          = "Kiprah: the site does not answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.told

  conditions {
    display_name = "two places do not see it"
    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.site.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "600s"
      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "Before the first publication there is no page, and this is to be expected. Later: is the bucket there and public, does the domain lead to the addresses of `terraform output dns_records`, is the certificate ACTIVE?"
  }
}
