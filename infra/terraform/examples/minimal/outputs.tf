output "urls" {
  description = "Where people and programs reach the services."
  value       = module.ai_manager.urls
}

output "bootstrap_command" {
  description = "Fills secrets and makes databases once more."
  value       = module.ai_manager.bootstrap_command
}

output "repositories" {
  description = "Where the images are pushed."
  value       = module.ai_manager.repositories
}
