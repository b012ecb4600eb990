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
  alarm_description   = "For seven days in a row, models worked and the scores ${join(", ", var.alarms.quality_score_names)} were missing: no one reviews, or scores do not reach Langfuse."
  namespace           = local.metrics_namespace
  metric_name         = "langfuse_quality_missing"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # Seven days in a row: the task logs this metric only where scores are missing.
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
  # A day without a score is reported by quality_missing.
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
