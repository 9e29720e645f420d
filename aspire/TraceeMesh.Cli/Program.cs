return await TraceeMesh.Cli.CommandLine.Run(args);
