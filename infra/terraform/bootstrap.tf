# A task that runs once for each apply and may run again at any time: it fills secrets that are empty, makes each
# product's database and role, and the key for SES. What is there stays as it is.
resource "aws_security_group" "bootstrap" {
  name_prefix = "${local.prefix}-bootstrap-"
  description = "Tasks that prepare and measure"
  vpc_id      = aws_vpc.this.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "bootstrap" {
  security_group_id = aws_security_group.bootstrap.id
  description       = "AWS and the database"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_cloudwatch_log_group" "bootstrap" {
  name              = "/ecs/${local.prefix}-bootstrap"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "bootstrap_execution" {
  name_prefix = "${local.prefix}-boot-start-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "bootstrap_execution" {
  role       = aws_iam_role.bootstrap_execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "bootstrap" {
  name_prefix = "${local.prefix}-boot-task-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "bootstrap" {
  name = "prepare"
  role = aws_iam_role.bootstrap.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
          Resource = [for secret in aws_secretsmanager_secret.this : secret.arn]
        },
        {
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [aws_kms_key.data.arn]
        },
        {
          Effect   = "Allow"
          Action   = ["iam:CreateAccessKey", "iam:ListAccessKeys"]
          Resource = [aws_iam_user.mail.arn]
        },
      ],
      local.uses_rds ? [{
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [aws_db_instance.this[0].master_user_secret[0].secret_arn]
      }] : [],
    )
  })
}

locals {
  bootstrap_network = jsonencode({
    awsvpcConfiguration = {
      subnets        = local.network.subnet_ids
      securityGroups = [aws_security_group.bootstrap.id]
      assignPublicIp = local.network.assign_public_ip ? "ENABLED" : "DISABLED"
    }
  })

  # Runs one task of a definition.
  run_task = join(" ", [
    "aws ecs run-task",
    "--region ${var.region}",
    "--cluster ${aws_ecs_cluster.this.name}",
    "--launch-type FARGATE",
    "--network-configuration '${local.bootstrap_network}'",
    "--query 'tasks[0].taskArn' --output text",
    "--task-definition",
  ])

  bootstrap_command = "${local.run_task} ${aws_ecs_task_definition.bootstrap.arn}"
}

resource "aws_ecs_task_definition" "bootstrap" {
  family                   = "${local.prefix}-bootstrap"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.bootstrap_execution.arn
  task_role_arn            = aws_iam_role.bootstrap.arn

  container_definitions = jsonencode([{
    name      = "bootstrap"
    image     = var.images.api
    essential = true
    user      = "1000"
    command   = ["node", "infra/src/bootstrap/main.ts"]
    environment = [for name, value in {
      AWS_REGION     = var.region
      SECRET_PREFIX  = local.prefix
      DATABASE_HOST  = local.database_host
      DATABASE_ADMIN = local.uses_rds ? aws_db_instance.this[0].master_user_secret[0].secret_arn : "${local.prefix}/database/admin"
      DATABASE_CA    = local.uses_rds ? "/etc/ssl/certs/rds-global-bundle.pem" : ""
      MAIL_USER      = aws_iam_user.mail.name
      MAIL_HOST      = "email-smtp.${var.region}.amazonaws.com"
    } : { name = name, value = value }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.bootstrap.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "bootstrap"
      }
    }
  }])

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
}

# Services wait for it: without secrets they could not start.
resource "terraform_data" "bootstrap" {
  triggers_replace = [
    var.run_bootstrap,
    filesha256("${path.module}/secrets.json"),
    aws_ecs_task_definition.bootstrap.arn,
  ]

  provisioner "local-exec" {
    command = !var.run_bootstrap ? "echo 'Run the command in the output bootstrap_command.'" : <<-EOT
      set -eu
      task=$(${local.bootstrap_command})
      aws ecs wait tasks-stopped --region ${var.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task"
      code=$(aws ecs describe-tasks --region ${var.region} --cluster ${aws_ecs_cluster.this.name} --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
      test "$code" = 0 || { echo "The bootstrap task ended with $code: see the log group ${aws_cloudwatch_log_group.bootstrap.name}." >&2; exit 1; }
    EOT
  }

  depends_on = [
    aws_secretsmanager_secret.this,
    aws_iam_role_policy.bootstrap,
    aws_iam_role_policy_attachment.bootstrap_execution,
    aws_vpc_security_group_egress_rule.bootstrap,
    aws_vpc_security_group_ingress_rule.database_bootstrap,
    aws_route.internet,
    aws_route.nat_gateway,
    aws_route.fck_nat,
  ]
}
