using System.Runtime.InteropServices;
using Ait.Adversaries;
using Ait.Cli.Surroundings;

if (!AdversaryArguments.TryRead(args, out AdversaryArguments asked, out string refusal))
{
    Console.Error.WriteLine(refusal);
    Console.Error.WriteLine(AdversaryArguments.Usage);
    return 2;
}

if (asked.IsHelp)
{
    Console.WriteLine(AdversaryArguments.Usage);
    return 0;
}

// Ctrl-C and SIGTERM end the run, and with it the chain it started.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    await using World world = await World.RaiseAsync(Console.Error.WriteLine, stop.Token);
    Bot[] bots = [.. Bots.All.Where(bot => asked.Only is null || bot.Name == asked.Only)];
    return await Ledger.TellAsync(world, bots, asked.IsJson, Console.Out, Console.Error, stop.Token) ? 0 : 1;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (InvalidOperationException finding)
{
    // The contracts took what they must refuse, or did something else than they say: that is worth as much as a profit.
    Console.Error.WriteLine(finding.Message);
    return 1;
}
catch (SurroundingsException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 2;
}
