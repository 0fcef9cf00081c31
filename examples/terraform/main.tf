# A root module around the one that `npm run module` writes: the provider and the state are yours.
terraform {
  required_version = ">= 1.10.0"
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { team = "video" }
  }
}

variable "name" {
  type    = string
  default = "films"
}

module "sluice" {
  source = "../../dist/module"

  name             = var.name
  memory_megabytes = 2048
  environment      = { PAGE_CREDIT = "Films of the archive" }
}

output "url" {
  value = module.sluice.url
}

output "media_bucket" {
  value = module.sluice.media_bucket
}
