// For programs of the command line: the SDK warns on standard error, once a process, that it will want a newer
// Node.js one day. Imported before a client is created.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
