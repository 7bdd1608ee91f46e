using System.Collections;
using Ait.Miner.Running;

MemoryDumps.Forbid();
Dictionary<string, string> environment = [];
foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
{
    environment[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
}

using var signals = new StopSignals();
return await MinerProgram.RunAsync(args, environment, Console.Out, Console.Error, signals.Draining);
