locals {
  # How the API signs people in at the pool (docs/identity.md); its groups are named as the roles that they give.
  cognito_provider = var.cognito.enabled ? {
    id       = "cognito"
    kind     = "cognito"
    issuer   = "https://cognito-idp.${var.region}.amazonaws.com/${aws_cognito_user_pool.this[0].id}"
    clientId = aws_cognito_user_pool_client.this[0].id
    roles    = { for role in ["admin", "executive", "builder", "ops", "reviewer", "readonly", "council"] : role => role }
  } : null
}

resource "aws_cognito_user_pool" "this" {
  count = var.cognito.enabled ? 1 : 0

  name                     = local.prefix
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"
  deletion_protection      = var.disposable ? "INACTIVE" : "ACTIVE"

  software_token_mfa_configuration {
    enabled = true
  }
  admin_create_user_config {
    allow_admin_create_user_only = true
  }
  password_policy {
    minimum_length                   = 12
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 3
  }
  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }
}

resource "aws_cognito_user_pool_domain" "this" {
  count = var.cognito.enabled ? 1 : 0

  domain       = "${local.prefix}-${local.account}"
  user_pool_id = aws_cognito_user_pool.this[0].id
}

# Public, with a proof key (RFC 7636): there is no client secret to keep, and the API needs none.
resource "aws_cognito_user_pool_client" "this" {
  count = var.cognito.enabled ? 1 : 0

  name                                 = "ai-manager"
  user_pool_id                         = aws_cognito_user_pool.this[0].id
  generate_secret                      = false
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email", "profile"]
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = [var.cognito.callback_url != "" ? var.cognito.callback_url : "https://${local.hosts.api}/auth/cognito/callback"]
  explicit_auth_flows                  = ["ALLOW_REFRESH_TOKEN_AUTH"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
}
