# What AWS would answer, as far as the configuration looks into it.
mock_data "aws_caller_identity" {
  defaults = { account_id = "000000000000" }
}

mock_data "aws_availability_zones" {
  defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
}

mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:mock-AbCdEf" }
}

mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:us-east-1:000000000000:key/mock", id = "mock" }
}

mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::mock" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:us-east-1:000000000000:log-group:mock" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::000000000000:role/mock" }
}

mock_resource "aws_ecs_cluster" {
  defaults = { arn = "arn:aws:ecs:us-east-1:000000000000:cluster/mock" }
}

mock_resource "aws_ecs_task_definition" {
  defaults = {
    arn                  = "arn:aws:ecs:us-east-1:000000000000:task-definition/mock:1"
    arn_without_revision = "arn:aws:ecs:us-east-1:000000000000:task-definition/mock"
  }
}

mock_resource "aws_lb" {
  defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/mock/0", dns_name = "mock.elb.amazonaws.com", arn_suffix = "app/mock/0" }
}

mock_resource "aws_lb_target_group" {
  defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/mock/0", arn_suffix = "targetgroup/mock/0" }
}

mock_resource "aws_db_instance" {
  defaults = {
    arn                = "arn:aws:rds:us-east-1:000000000000:db:mock"
    address            = "mock.rds.amazonaws.com"
    master_user_secret = [{ kms_key_id = "mock", secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!mock-AbCdEf", secret_status = "active" }]
  }
}

mock_resource "aws_sesv2_email_identity" {
  defaults = { arn = "arn:aws:ses:us-east-1:000000000000:identity/example.com", dkim_signing_attributes = { tokens = ["one", "two", "three"] } }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    arn                       = "arn:aws:acm:us-east-1:000000000000:certificate/mock"
    domain_validation_options = [{ domain_name = "ai.example.com", resource_record_name = "_a.ai.example.com.", resource_record_type = "CNAME", resource_record_value = "_b.acm.aws." }]
  }
}

mock_resource "aws_acm_certificate_validation" {
  defaults = { certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/mock" }
}
