using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Bench.Attestation;

/// <summary>Verifications a second of processor time, on one core, beside what OpenSSL alone does in the same run.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        int rounds = 5;
        if (args is not [] and not ["--rounds", _] || (args.Length == 2 && (!int.TryParse(args[1], CultureInfo.InvariantCulture, out rounds) || rounds < 1)))
        {
            Console.Error.WriteLine("Usage: Ait.Bench.Attestation [--rounds N]");
            return 2;
        }

        using var subjects = new Subjects();
        ImmutableArray<Measurement> all = subjects.All();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Measurement measurement in all)
            {
                measurement.Round(TimeSpan.FromSeconds(0.5));
            }
        }

        Console.WriteLine($"per second of processor time, one thread; median of {rounds} interleaved rounds, best in brackets");
        Console.WriteLine($"{"",-44} {"per s",9} {"(best)",9} {"bytes each",11} {"heap growth",12}");
        foreach (Measurement each in all)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{each.Name,-44} {each.Rate,9:F0} ({each.Best,7:F0}) {each.Allocated,11} {each.Growth,12}"));
        }

        Console.WriteLine($"{"go-sev-guest verify.SnpAttestation, recorded",-44} {"480-560",9}           (not run here)");
        double ratio = Rate(all, "SNP, VCEK keys cached") / Rate(all, "P-384 verify, key held");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SNP cached / OpenSSL's P-384 limit: {ratio:F2}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SNP cached / go-sev-guest recorded: {Rate(all, "SNP, VCEK keys cached") / 560:F2} to {Rate(all, "SNP, VCEK keys cached") / 480:F2}"));
        return 0;
    }

    private static double Rate(ImmutableArray<Measurement> all, string name) => all.Single(each => each.Name == name).Rate;
}
