locals {
  family = "${var.cluster.name}-${var.name}"

  containers = [for container in var.containers : merge(
    {
      name      = container.name
      image     = container.image
      essential = container.essential
      portMappings = [for port in container.ports : {
        containerPort = port
        hostPort      = port
        protocol      = "tcp"
      }]
      environment            = [for name in sort(keys(container.environment)) : { name = name, value = container.environment[name] }]
      secrets                = [for name in sort(keys(container.secrets)) : { name = name, valueFrom = container.secrets[name] }]
      mountPoints            = [for volume, path in container.mounts : { sourceVolume = volume, containerPath = path, readOnly = false }]
      dependsOn              = [for needed in container.depends_on : { containerName = needed.container, condition = needed.condition }]
      readonlyRootFilesystem = container.read_only
      stopTimeout            = container.stop_timeout
      linuxParameters        = { initProcessEnabled = true }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = var.region
          awslogs-stream-prefix = container.name
        }
      }
    },
    container.command == null ? {} : { command = container.command },
    container.user == null ? {} : { user = container.user },
    container.cpu_share == null ? {} : { cpu = container.cpu_share },
    container.memory_limit == null ? {} : { memory = container.memory_limit },
    container.memory_needed == null ? {} : { memoryReservation = container.memory_needed },
    container.nofile == null ? {} : { ulimits = [{ name = "nofile", softLimit = container.nofile, hardLimit = container.nofile }] },
    container.health == null ? {} : {
      healthCheck = {
        command     = ["CMD-SHELL", container.health]
        interval    = 30
        timeout     = 5
        retries     = 3
        startPeriod = min(container.start_period, 300)
      }
    },
  )]

  references = flatten([for container in var.containers : values(container.secrets)])
  # A reference is the secret's ARN, which has seven parts, and perhaps a key in it.
  secret_arns = distinct([for reference in local.references : join(":", slice(split(":", reference), 0, 7))])
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${local.family}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "execution" {
  name_prefix = "${substr(local.family, 0, 30)}-start-"
  description = "Starts tasks of ${local.family}: pulls images, reads their secrets, writes logs."

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["ecr:GetAuthorizationToken"]
          Resource = ["*"]
        },
        {
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = ["arn:aws:ecr:*:*:repository/*"]
        },
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
        },
      ],
      length(local.secret_arns) == 0 ? [] : [
        { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = local.secret_arns },
        { Effect = "Allow", Action = ["kms:Decrypt"], Resource = var.kms_key_arns },
      ],
    )
  })
}

resource "aws_iam_role" "task" {
  name_prefix = "${substr(local.family, 0, 30)}-task-"
  description = "What running tasks of ${local.family} may do."

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "task" {
  count = length(var.task_statements) > 0 || var.enable_exec ? 1 : 0

  name = "task"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for statement in var.task_statements : { for name, value in statement : name => value if value != null }],
      var.enable_exec ? [{
        Effect   = "Allow"
        Action   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        Resource = ["*"]
      }] : [],
    )
  })
}

resource "aws_security_group" "this" {
  name_prefix = "${substr(local.family, 0, 50)}-"
  description = "Tasks of ${local.family}"
  vpc_id      = var.network.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.this.id
  description       = "Anywhere: registries, AWS, model providers"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  count = var.target == null ? 0 : 1

  security_group_id            = aws_security_group.this.id
  description                  = "The load balancer"
  ip_protocol                  = "tcp"
  from_port                    = var.target.port
  to_port                      = var.target.port
  referenced_security_group_id = var.target.security_group
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(local.containers)

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = var.volumes
    content {
      name = volume.key

      dynamic "efs_volume_configuration" {
        for_each = volume.value.file_system_id == null ? [] : [volume.value]
        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          transit_encryption = "ENABLED"

          authorization_config {
            access_point_id = efs_volume_configuration.value.access_point_id
            iam             = "ENABLED"
          }
        }
      }
    }
  }
}

# The service waits for the listener's rule: ECS refuses a target group that no load balancer uses.
resource "terraform_data" "routed" {
  input = var.target == null ? "" : var.target.rule_arn
}

resource "aws_service_discovery_service" "this" {
  count = var.discovery_name == null ? 0 : 1

  name = var.discovery_name

  dns_config {
    namespace_id   = var.discovery_namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = var.cluster.arn
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = var.tasks
  deployment_minimum_healthy_percent = var.singleton ? 0 : 100
  deployment_maximum_percent         = var.singleton ? 100 : 200
  health_check_grace_period_seconds  = var.target == null ? null : var.grace_seconds
  enable_execute_command             = var.enable_exec
  propagate_tags                     = "SERVICE"
  availability_zone_rebalancing      = var.singleton ? "DISABLED" : "ENABLED"

  capacity_provider_strategy {
    capacity_provider = var.spot ? "FARGATE_SPOT" : "FARGATE"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "alarms" {
    for_each = length(var.rollback_alarms) > 0 ? [var.rollback_alarms] : []
    content {
      alarm_names = alarms.value
      enable      = true
      rollback    = true
    }
  }

  network_configuration {
    subnets          = var.network.subnet_ids
    security_groups  = [aws_security_group.this.id]
    assign_public_ip = var.network.assign_public_ip
  }

  dynamic "load_balancer" {
    for_each = var.target == null ? [] : [var.target]
    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = load_balancer.value.container
      container_port   = load_balancer.value.port
    }
  }

  dynamic "service_registries" {
    for_each = aws_service_discovery_service.this
    content {
      registry_arn = service_registries.value.arn
    }
  }

  lifecycle {
    # Autoscaling changes it; a release of the API sets it for each colour.
    ignore_changes = [desired_count]

    precondition {
      condition     = !var.singleton || (var.tasks <= 1 && var.autoscaling == null)
      error_message = "A singleton has one task and is not scaled."
    }
    precondition {
      condition     = var.target == null ? true : contains(flatten([for container in var.containers : container.ports if container.name == var.target.container]), var.target.port)
      error_message = "The load balancer's port must be one of the container's."
    }
  }

  depends_on = [terraform_data.routed, aws_iam_role_policy.execution]
}

resource "aws_appautoscaling_target" "this" {
  count = var.autoscaling == null ? 0 : 1

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.autoscaling.min
  max_capacity       = var.autoscaling.max
}

resource "aws_appautoscaling_policy" "cpu" {
  count = var.autoscaling == null ? 0 : 1

  name               = "${local.family}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.autoscaling.cpu_percent
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "metric" {
  count = try(var.autoscaling.metric, null) == null ? 0 : 1

  name               = "${local.family}-${var.autoscaling.metric.name}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.autoscaling.metric.per_task
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    customized_metric_specification {
      # The metric is of the whole queue; what is tracked is its share of one task.
      metrics {
        id          = "depth"
        return_data = false

        metric_stat {
          stat = "Maximum"
          metric {
            metric_name = var.autoscaling.metric.name
            namespace   = var.autoscaling.metric.namespace

            dynamic "dimensions" {
              for_each = var.autoscaling.metric.dimensions
              content {
                name  = dimensions.key
                value = dimensions.value
              }
            }
          }
        }
      }
      metrics {
        id          = "tasks"
        return_data = false

        metric_stat {
          stat = "Average"
          metric {
            metric_name = "RunningTaskCount"
            namespace   = "ECS/ContainerInsights"

            dimensions {
              name  = "ClusterName"
              value = var.cluster.name
            }
            dimensions {
              name  = "ServiceName"
              value = var.name
            }
          }
        }
      }
      metrics {
        id          = "share"
        expression  = "depth / tasks"
        label       = "Jobs that wait for one task"
        return_data = true
      }
    }
  }
}
