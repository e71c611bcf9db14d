# Names and tables that several files share.

locals {
  # The same file that `kiprah run` and the jobs' own deadlines go by.
  cadences = jsondecode(file("${path.module}/../../functions/settings/cadence.json"))

  # Those whose function is there.
  scheduled = { for job, cadence in local.cadences : job => cadence if contains(keys(local.functions), job) }

  fan_out = coalesce(var.fan_out, length(var.agencies) > 1)

  registry_every = coalesce(var.registry_every, length(var.agencies) > 1 ? 60 : 15)

  # An address that is known before the function exists, so that it can be told its own. It is this
  # one, and not REGION-PROJECT.cloudfunctions.net, since calls of Cloud Scheduler and Cloud Tasks
  # count as internal "if they're using the default run.app URL" (Cloud Run, "Restrict network
  # ingress", 2026-11).
  addresses = {
    for name in keys(local.all_functions) :
    name => "https://${var.name_prefix}-${replace(name, "_", "-")}-${data.google_project.this.number}.${var.region}.run.app"
  }

  site_url = var.domain == "" ? "" : "https://${var.domain}"

  # KIPRAH_AGENCIES, KIPRAH_SHARES: "id=Name@Zone; …", "id=3; …".
  agencies = join("; ", [
    for agency in var.agencies :
    "${agency.id}=${agency.name}${agency.timezone == null ? "" : "@${agency.timezone}"}"
  ])
  shares = join("; ", [for id, weight in var.shares : "${id}=${weight}"])

  # What every log query of ours begins with.
  our_logs = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.name_prefix}-\""
}
