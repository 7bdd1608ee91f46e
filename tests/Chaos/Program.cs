using Ait.Chaos;
using Ait.Cli.Surroundings;

if (!ChaosArguments.TryRead(args, out ChaosArguments asked))
{
    Console.Error.WriteLine(ChaosArguments.Usage);
    return 2;
}

try
{
    return await FaultRun.RunAsync(asked, Console.Out, TimeProvider.System) ? 0 : 1;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (SurroundingsException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 2;
}
