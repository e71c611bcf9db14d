# Back to an archive that is in the bucket already.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project        = "kiprah-kemenkum"
  alert_emails   = ["jaga@example.go.id"]
  archive        = "tests/no-such-file.zip"
  archive_object = "archives/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.zip"
}

run "an_older_archive_needs_no_file" {
  assert {
    condition     = length(google_storage_bucket_object.archive) == 0
    error_message = "Nothing is uploaded."
  }
  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.functions : function.build_config[0].source[0].storage_source[0].object == var.archive_object])
    error_message = "Every function goes back to it."
  }
}
