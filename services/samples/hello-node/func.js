// SPDX-License-Identifier: Apache-2.0
'use strict'

const fdk = require('@fnproject/fdk')

fdk.handle((input) => ({ message: `Hello ${(input && input.name) || 'World'}` }))
