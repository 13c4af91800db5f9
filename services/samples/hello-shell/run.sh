#!/bin/sh
read -r name
echo "Hello ${name:-World}!"
