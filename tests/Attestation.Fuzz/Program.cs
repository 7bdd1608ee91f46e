using Ait.Attestation.Fuzz;

return FuzzCommand.Run(args, Console.Out, Console.Error);
