using System.Globalization;

namespace Ait.Bench.Coordinator;

/// <summary>What a measurement is told.</summary>
/// <param name="Tasks">Tasks per ledger, in all rounds together.</param>
/// <param name="Rounds">Rounds of the throughput.</param>
/// <param name="Devices">Devices that poll.</param>
/// <param name="IsSingly">Whether each seat is a request of its own.</param>
/// <param name="IsExplained">Whether PostgreSQL's costliest statements are printed, which costs it some of its time.</param>
/// <param name="Store"><c>sqlite</c>, <c>postgres</c>, or null for both.</param>
internal sealed record BenchArguments(int Tasks, int Rounds, int Devices, bool IsSingly, bool IsExplained, string? Store)
{
    internal const string Usage = "Usage: Ait.Bench.Coordinator [--tasks N] [--rounds N] [--devices N] [--singly] [--explain] [--store sqlite|postgres] [--long]";

    private const int LongTasks = 1_000_000;

    internal static bool TryRead(string[] args, out BenchArguments arguments)
    {
        arguments = new BenchArguments(120_000, 6, 10_000, false, false, null);
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0;
            switch (args[i])
            {
                case "--tasks" when isNumber:
                    arguments = arguments with { Tasks = number };
                    break;
                case "--rounds" when isNumber:
                    arguments = arguments with { Rounds = number };
                    break;
                case "--devices" when isNumber:
                    arguments = arguments with { Devices = number };
                    break;
                case "--store" when value is "sqlite" or "postgres":
                    arguments = arguments with { Store = value };
                    break;
                case "--singly":
                    arguments = arguments with { IsSingly = true };
                    continue;
                case "--explain":
                    arguments = arguments with { IsExplained = true };
                    continue;
                case "--long":
                    arguments = arguments with { Tasks = LongTasks, Rounds = 20 };
                    continue;
                default:
                    return false;
            }

            i++;
        }

        return true;
    }
}
