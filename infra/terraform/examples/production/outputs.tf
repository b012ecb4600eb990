output "urls" {
  description = "URLs of the services."
  value       = module.ai_manager.urls
}

output "bootstrap_command" {
  description = "Command that fills secrets and creates databases again."
  value       = module.ai_manager.bootstrap_command
}

output "repositories" {
  description = "Registries of the images."
  value       = module.ai_manager.repositories
}

output "cluster" {
  description = "ECS cluster."
  value       = module.ai_manager.cluster
}

output "release_alarm" {
  description = "Alarm that stops a release."
  value       = module.ai_manager.release_alarm
}

output "secrets" {
  description = "Names of the secrets."
  value       = module.ai_manager.secrets
}

output "buckets" {
  description = "Buckets by what they hold."
  value       = module.ai_manager.buckets
}
