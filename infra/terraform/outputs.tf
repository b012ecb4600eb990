output "urls" {
  description = "URLs of the services."
  value       = { for name, host in local.hosts : name => "https://${host}" }
}

output "load_balancer" {
  description = "Target for your own DNS records, if there is no Route 53 zone."
  value       = aws_lb.this.dns_name
}

output "repositories" {
  description = "Registries of this repository's images."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "cluster" {
  description = "ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "services" {
  description = "ECS services by what they run."
  value = merge(
    { for colour, service in module.api : "api-${colour}" => service.name },
    {
      worker          = module.worker.name
      n8n             = module.n8n.name
      tooljet         = module.tooljet.name
      langfuse-web    = module.langfuse_web.name
      langfuse-worker = module.langfuse_worker.name
    },
  )
}

output "secrets" {
  description = "Names of the secrets; database/admin and providers are filled manually."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.name }
}

output "buckets" {
  description = "Buckets by what they hold."
  value = {
    policies        = module.policies_bucket.name
    audit           = module.audit_bucket.name
    langfuse_events = module.langfuse_events_bucket.name
    langfuse_media  = module.langfuse_media_bucket.name
    access_logs     = aws_s3_bucket.access_logs.bucket
  }
}

output "bootstrap_command" {
  description = "Command that fills secrets and creates databases. apply runs it unless run_bootstrap is false."
  value       = local.bootstrap_command
}

output "install_command" {
  description = "Command that installs workflows and dashboards again. apply runs it where images.install is set, unless run_bootstrap is false."
  value       = local.installs ? local.install_command : null
}

output "licence_key" {
  description = "Key that signs licences."
  value       = aws_kms_alias.licences.name
}

output "alarm_topic" {
  description = "Topic that alarms go to; subscribe a pager here."
  value       = aws_sns_topic.alarms.arn
}

output "release_alarm" {
  description = "Alarm that stops a release of the API."
  value       = aws_cloudwatch_metric_alarm.error_rate.alarm_name
}

output "oidc_issuer" {
  description = "Issuer of the user pool, if Cognito is enabled."
  value       = var.cognito.enabled ? "https://cognito-idp.${var.region}.amazonaws.com/${aws_cognito_user_pool.this[0].id}" : null
}
