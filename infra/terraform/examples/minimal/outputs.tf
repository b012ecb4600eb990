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
