output "name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "security_group_id" {
  description = "Security group of the tasks."
  value       = aws_security_group.this.id
}

output "task_definition_arn" {
  description = "Newest task definition."
  value       = aws_ecs_task_definition.this.arn
}

output "task_role_arn" {
  description = "Role of the running tasks."
  value       = aws_iam_role.task.arn
}

output "execution_role_arn" {
  description = "Role that starts the tasks."
  value       = aws_iam_role.execution.arn
}

output "log_group_name" {
  description = "Where the tasks log."
  value       = aws_cloudwatch_log_group.this.name
}

output "container_definitions" {
  description = "The task's containers as ECS takes them."
  value       = jsonencode(local.containers)
}

output "deployment" {
  description = "How a new version replaces the old one."
  value = {
    minimum_percent = aws_ecs_service.this.deployment_minimum_healthy_percent
    maximum_percent = aws_ecs_service.this.deployment_maximum_percent
    tasks           = var.tasks
    grace_seconds   = var.grace_seconds
  }
}
