resource "aws_sns_topic" "alarms" {
  name              = "${local.prefix}-alarms"
  kms_master_key_id = aws_kms_key.data.id
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarms.emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  alarm_actions = [aws_sns_topic.alarms.arn]

  # Services that the load balancer watches. A colour without traffic may have no task.
  watched = merge(
    { for name in ["n8n", "tooljet", "langfuse"] : name => name },
    { for colour in ["blue", "green"] : "api-${colour}" => "api-${colour}" if var.api_release[colour].weight > 0 },
  )

  # Services that have just so many tasks and no load balancer.
  tasks_watched = merge(
    { worker = module.worker.name, langfuse-worker = module.langfuse_worker.name },
    { for service in module.clickhouse : "clickhouse" => service.name },
    { for service in module.clamd : "clamd" => service.name },
    { for service in module.n8n_worker : "n8n-worker" => service.name },
  )
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = local.watched

  alarm_name          = "${local.prefix}-${each.key}-unhealthy"
  alarm_description   = "${each.key} has no healthy task. See docs/operations.md, incidents."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this[each.value].arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "no_task" {
  for_each = local.tasks_watched

  alarm_name          = "${local.prefix}-${each.key}-no-task"
  alarm_description   = "${each.key} has no running task. See docs/operations.md, incidents."
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  dimensions = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = each.value
  }
}

# Both colours together: what people see.
resource "aws_cloudwatch_metric_alarm" "error_rate" {
  alarm_name          = "${local.prefix}-api-errors"
  alarm_description   = "More than ${var.alarms.error_rate_percent} % of the API's answers are 5xx. It also stops a release."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.error_rate_percent
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "rate"
    label       = "5xx in percent"
    return_data = true
    # Below 20 requests a minute one failure would be an alarm.
    expression = "IF(FILL(blue, 0) + FILL(green, 0) > 20, 100 * (FILL(blue5xx, 0) + FILL(green5xx, 0)) / (FILL(blue, 0) + FILL(green, 0)), 0)"
  }

  dynamic "metric_query" {
    for_each = {
      blue     = { metric = "RequestCount", target = "api-blue" }
      green    = { metric = "RequestCount", target = "api-green" }
      blue5xx  = { metric = "HTTPCode_Target_5XX_Count", target = "api-blue" }
      green5xx = { metric = "HTTPCode_Target_5XX_Count", target = "api-green" }
    }
    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value.metric
        stat        = "Sum"
        period      = 60

        dimensions = {
          LoadBalancer = aws_lb.this.arn_suffix
          TargetGroup  = aws_lb_target_group.this[metric_query.value.target].arn_suffix
        }
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "queue_depth" {
  alarm_name          = "${local.prefix}-queue-depth"
  alarm_description   = "More than ${var.alarms.queue_depth} jobs of one queue have waited for ten minutes: look at GET /jobs/queues."
  namespace           = local.metrics_namespace
  metric_name         = "job_queue_depth"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.alarms.queue_depth
  period              = 60
  evaluation_periods  = 10
  # No word from the workers is a fault too.
  treat_missing_data = "breaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.prefix}-dead-letters"
  alarm_description   = "Jobs used up their attempts: look at GET /jobs?state=dead."
  namespace           = local.metrics_namespace
  metric_name         = "job_dead_letters"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# Every hour a task asks Langfuse for the mean of the last day's scores and logs it; the filter makes it a metric.
resource "aws_cloudwatch_log_group" "quality" {
  name              = "/ecs/${local.prefix}-quality"
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_metric_filter" "quality" {
  name           = "${local.prefix}-quality"
  log_group_name = aws_cloudwatch_log_group.quality.name
  pattern        = "{ $.metric = \"langfuse_quality\" }"

  metric_transformation {
    name      = "langfuse_quality"
    namespace = local.metrics_namespace
    value     = "$.value"
  }
}

resource "aws_cloudwatch_log_metric_filter" "quality_missing" {
  name           = "${local.prefix}-quality-missing"
  log_group_name = aws_cloudwatch_log_group.quality.name
  pattern        = "{ $.metric = \"langfuse_quality_missing\" }"

  metric_transformation {
    name      = "langfuse_quality_missing"
    namespace = local.metrics_namespace
    value     = "$.value"
  }
}

resource "aws_cloudwatch_metric_alarm" "quality_missing" {
  alarm_name          = "${local.prefix}-quality-missing"
  alarm_description   = "Models worked in the last day, and none of the scores ${join(", ", var.alarms.quality_score_names)} was given: nobody reviews, or scores do not reach Langfuse."
  namespace           = local.metrics_namespace
  metric_name         = "langfuse_quality_missing"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # A week in which every hour says so.
  period             = 86400
  evaluation_periods = 7
  treat_missing_data = "notBreaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "quality" {
  alarm_name          = "${local.prefix}-quality"
  alarm_description   = "The mean of the last day's scores in Langfuse is below ${var.alarms.quality}."
  namespace           = local.metrics_namespace
  metric_name         = "langfuse_quality"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = var.alarms.quality
  period              = 3600
  evaluation_periods  = 2
  # A day without a score is another alarm's.
  treat_missing_data = "missing"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_iam_role" "quality_execution" {
  name_prefix = "${local.prefix}-qual-start-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "quality_execution" {
  role       = aws_iam_role.quality_execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "quality_execution" {
  name = "secrets"
  role = aws_iam_role.quality_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [aws_secretsmanager_secret.this["langfuse"].arn] },
      { Effect = "Allow", Action = ["kms:Decrypt"], Resource = [aws_kms_key.data.arn] },
    ]
  })
}

resource "aws_ecs_task_definition" "quality" {
  family                   = "${local.prefix}-quality"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.quality_execution.arn

  container_definitions = jsonencode([{
    name      = "quality"
    image     = var.images.api
    essential = true
    user      = "1000"
    command   = ["node", "infra/src/quality/measure.ts"]
    environment = [
      { name = "LANGFUSE_BASE_URL", value = local.internal.langfuse },
      { name = "QUALITY_SCORES", value = join(",", var.alarms.quality_score_names) },
    ]
    secrets = [
      { name = "LANGFUSE_PUBLIC_KEY", valueFrom = local.secret["langfuse.public_key"] },
      { name = "LANGFUSE_SECRET_KEY", valueFrom = local.secret["langfuse.secret_key"] },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.quality.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "quality"
      }
    }
  }])

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
}

resource "aws_iam_role" "scheduler" {
  name_prefix = "${local.prefix}-scheduler-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "run"
  role = aws_iam_role.scheduler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [aws_ecs_task_definition.quality.arn_without_revision, "${aws_ecs_task_definition.quality.arn_without_revision}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = aws_ecs_cluster.this.arn } }
      },
      { Effect = "Allow", Action = ["iam:PassRole"], Resource = [aws_iam_role.quality_execution.arn] },
    ]
  })
}

resource "aws_scheduler_schedule" "quality" {
  name                = "${local.prefix}-quality"
  schedule_expression = "rate(1 hour)"

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 10
  }

  target {
    arn      = aws_ecs_cluster.this.arn
    role_arn = aws_iam_role.scheduler.arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.quality.arn
      launch_type         = "FARGATE"

      network_configuration {
        subnets          = local.network.subnet_ids
        security_groups  = [aws_security_group.bootstrap.id]
        assign_public_ip = local.network.assign_public_ip
      }
    }

    retry_policy {
      maximum_retry_attempts = 2
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  count = local.uses_rds ? 1 : 0

  alarm_name          = "${local.prefix}-database-storage"
  alarm_description   = "Less than 5 GB are free in the database."
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 5 * 1024 * 1024 * 1024
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[0].identifier }
}

resource "aws_cloudwatch_metric_alarm" "database_cpu" {
  count = local.uses_rds ? 1 : 0

  alarm_name          = "${local.prefix}-database-cpu"
  alarm_description   = "The database has been above 85 % CPU for 15 minutes."
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 85
  period              = 300
  evaluation_periods  = 3
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this[0].identifier }
}

# noeviction: at the end of its memory Redis refuses jobs.
resource "aws_cloudwatch_metric_alarm" "redis_memory" {
  count = local.uses_elasticache ? 1 : 0

  alarm_name          = "${local.prefix}-redis-memory"
  alarm_description   = "Redis has used more than 80 % of its memory, and refuses jobs when it is full."
  namespace           = "AWS/ElastiCache"
  metric_name         = "DatabaseMemoryUsagePercentage"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 2
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  dimensions          = { CacheClusterId = "${local.prefix}-001" }
}
