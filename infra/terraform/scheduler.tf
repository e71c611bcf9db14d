# When each job runs: functions/settings/cadence.json. What happens at run time (pausing, running now) is
# `kiprah schedule`'s; Terraform does not look at whether a job is paused.

resource "google_cloud_scheduler_job" "jobs" {
  for_each = local.scheduled

  name             = "${var.name_prefix}-${each.key}"
  region           = var.region
  description      = "Kiprah: ${each.key} every ${each.value.every} minutes"
  schedule         = each.value.schedule
  time_zone        = var.timezone
  attempt_deadline = "${each.value.timeout}s" # the function's own timeout: nobody waits for what is dead

  # A run may begin twice, so trying again does no harm; what a minute does not mend, the next run
  # begins anew. Never past the next run.
  retry_config {
    retry_count          = 1
    min_backoff_duration = "60s"
    max_backoff_duration = "60s"
    max_retry_duration   = "${each.value.every * 60}s"
  }

  http_target {
    http_method = "POST"
    uri         = local.addresses[each.key]
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode("{}")
    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = local.addresses[each.key]
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}
