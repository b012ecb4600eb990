locals {
  # Every secret and its keys; the bootstrap task reads the same file and fills what is empty. No value is ever in
  # Terraform's state.
  secret_catalogue = jsondecode(file("${path.module}/secrets.json"))

  secret_keys = merge([for name, secret in local.secret_catalogue : {
    for key in keys(secret.keys) : "${name}.${key}" => { name = name, key = key }
  }]...)

  # How a container definition names a key of a secret; a key that the catalogue does not have is an error here.
  secret = { for id, at in local.secret_keys : id => "${aws_secretsmanager_secret.this[at.name].arn}:${at.key}::" }

  # How the API names it, which reads secrets itself so that it can take new ones without a restart.
  reference = { for id, at in local.secret_keys : id => "aws-sm://${local.prefix}/${at.name}#${at.key}" }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = local.secret_catalogue

  name                    = "${local.prefix}/${each.key}"
  description             = each.value.description
  kms_key_id              = aws_kms_key.data.arn
  recovery_window_in_days = var.disposable ? 0 : 30
}
