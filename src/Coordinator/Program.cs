using Ait.Coordinator.Hosting;

return await CoordinatorHost.RunAsync(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, CancellationToken.None);
