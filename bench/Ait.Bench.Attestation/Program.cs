using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Bench.Attestation;

/// <summary>Verifications a second of processor time, on one core, beside what OpenSSL alone does in the same run.</summary>
internal static class Program
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(0.5);

    private static int Main(string[] args)
    {
        int rounds = 5;
        if (args is not [] and not ["--rounds", _] || (args.Length == 2 && (!int.TryParse(args[1], CultureInfo.InvariantCulture, out rounds) || rounds < 1)))
        {
            Console.Error.WriteLine("Usage: Ait.Bench.Attestation [--rounds N]");
            return 2;
        }

        using var subjects = new Subjects();
        var genuine = GenuineSnp.Find();
        ImmutableArray<Measurement> all = subjects.All(rounds, genuine);
        string why = "AIT_VECTORS does not name a folder of genuine evidence";
        using GoPeer? peer = genuine is null ? null : GoPeer.TryBuild(genuine.Write, GenuineSnp.Instant, out why);
        for (int round = 0; round < rounds; round++)
        {
            foreach (Measurement measurement in all)
            {
                measurement.Round(s_time);
            }

            peer?.Round(s_time);
        }

        Console.WriteLine($"per second of processor time, one thread; median of {rounds} interleaved rounds, best in brackets");
        Console.WriteLine($"{"",-44} {"per s",9} {"(best)",9} {"bytes each",11} {"heap growth",12} {"calls",8}");
        foreach (Measurement each in all)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{each.Name,-44} {each.Rate,9:F0} ({each.Best,7:F0}) {each.Allocated,11} {each.Growth,12} {each.Count,8}"));
        }

        if (peer is null)
        {
            Console.WriteLine($"go-sev-guest was NOT run: {why}");
        }
        else
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"go-sev-guest verify.SnpAttestation",-44} {peer.Rate,9:F0} ({peer.Best,7:F0})"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SNP genuine, cached / go-sev-guest: {Rate(all, GenuineSnp.Name) / peer.Rate:F2}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"SNP cached / OpenSSL's P-384 limit: {Rate(all, Subjects.SnpCached) / Rate(all, Subjects.P384Held):F2}"));
        return 0;
    }

    private static double Rate(ImmutableArray<Measurement> all, string name) => all.Single(each => each.Name == name).Rate;
}
