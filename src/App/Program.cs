using Spool.App.Cli;

return await CommandLine.RunAsync(args);
