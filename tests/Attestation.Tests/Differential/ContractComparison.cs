using System.Diagnostics;
using System.Globalization;

namespace Ait.Attestation.Tests.Differential;

/// <summary>
/// Lets the contracts' tests compare their answers with this room's, and tells how often each answer was given. An answer of the contracts
/// takes a hundred times as long as one of this room, which judges every change: of changes that are alike the contracts are asked about
/// the first ones, or about all of them where AIT_DIFFERENTIAL is "all" (<c>make differential</c>).
/// </summary>
internal sealed class ContractComparison(ITestOutputHelper output)
{
    private readonly SortedDictionary<(string Platform, string Verdict), int> _counts = [];
    private readonly Dictionary<(object Kind, string Verdict), int> _alike = [];

    /// <summary>Whether the contracts are asked about every change.</summary>
    internal static bool AsksAll { get; } = Environment.GetEnvironmentVariable("AIT_DIFFERENTIAL") == "all";

    /// <summary>What this room may remember of one piece of evidence and all its changes: nothing where every change is compared.</summary>
    internal static CertificateCache? NewCache() => AsksAll ? null : new CertificateCache(64);

    /// <summary>Whether the contracts are asked about a change, and counts it if so.</summary>
    /// <param name="platform">Whose evidence was changed.</param>
    /// <param name="verdict">What this room answers.</param>
    /// <param name="kind">What was changed: changes of one kind with one answer are alike. Null if no other is like it.</param>
    /// <param name="most">Of how many alike the contracts are asked.</param>
    internal bool Asks(string platform, Verdict verdict, object? kind, int most)
    {
        string answer = verdict is Verdict.Refused refused ? $"{refused.Reasons[0].Code}" : "genuine";
        if (kind is not null && !AsksAll)
        {
            int before = _alike.GetValueOrDefault((kind, answer));
            if (before == most)
            {
                return false;
            }

            _alike[(kind, answer)] = before + 1;
        }

        _counts[(platform, answer)] = _counts.GetValueOrDefault((platform, answer)) + 1;
        return true;
    }

    /// <summary>Runs the test contract <paramref name="contract"/> on the cases in the folder that <paramref name="variable"/> names.</summary>
    internal async Task RunAsync(string contract, string variable, IEnumerable<byte[]> files)
    {
        string contracts = Path.Combine(Repository.Root, "contracts");
        string forge = Path.Combine(contracts, "node_modules", "@foundry-rs", "forge-linux-amd64", "bin", "forge");
        Assert.SkipUnless(File.Exists(forge), "no forge in contracts/node_modules (tests/prepare-contracts): the contracts were NOT compared");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ait-cases-");
        try
        {
            int index = 0;
            foreach (byte[] file in files)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{index++}.bin");
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), file, TestContext.Current.CancellationToken);
            }

            await RunForgeAsync(forge, contracts, contract, variable, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (((string platform, string verdict), int count) in _counts)
        {
            output.WriteLine($"{platform,-8} {verdict,-28} {count,5}");
        }

        output.WriteLine($"{"cases",-37} {_counts.Values.Sum(),5}   both verifiers agree on every one");
    }

    private static async Task RunForgeAsync(string forge, string contracts, string contract, string variable, string folder)
    {
        var start = new ProcessStartInfo(forge, ["test", "--match-contract", contract, "--gas-limit", "1000000000000000", "--memory-limit", "1073741824"])
        {
            WorkingDirectory = contracts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [variable] = folder },
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException(forge);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string answer = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && answer.Contains("1 passed", StringComparison.Ordinal), answer + await errors);
    }
}
