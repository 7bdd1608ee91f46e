using System.Globalization;
using System.Security.Cryptography;

namespace Ait.Chaos;

/// <summary>What a fault run is told.</summary>
/// <param name="Time">How long faults go on.</param>
/// <param name="Seed">Which faults, in which order; the same seed chooses the same.</param>
internal sealed record ChaosArguments(TimeSpan Time, int Seed)
{
    internal const string Usage = "Usage: Ait.Chaos [--seconds N] [--seed N]";

    internal static bool TryRead(string[] args, out ChaosArguments arguments)
    {
        arguments = new ChaosArguments(TimeSpan.FromMinutes(10), RandomNumberGenerator.GetInt32(int.MaxValue));
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return false;
            }

            switch (args[i])
            {
                case "--seconds" when number > 0:
                    arguments = arguments with { Time = TimeSpan.FromSeconds(number) };
                    break;
                case "--seed":
                    arguments = arguments with { Seed = number };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
