using System.Text;
using System.Text.Json;
using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Commands;

/// <summary>The process boundary to emulated hardware: arguments in, one JSON value on standard output.</summary>
public static class CommandLine
{
    private const string Help = """
        Ait.Emulation: EMULATED hardware for development networks. Nothing it signs is genuine.

          init       --root DIR [--vendor amd|intel|nvidia] [--product Milan|Genoa|Turin]
                                                                create a development root (idempotent)
          root       --root DIR [--vendor V] [--product P]      print a root's key fingerprint and certificates
          host       --root DIR --host NAME [--tee snp|tdx|sgx] [--product P] [--gpu H100|A100|L40S|MI300X]…
                                                                create an emulated host (idempotent)
          gpus       --root DIR --host NAME                     print the host's GPUs
          evidence   --root DIR --host NAME --measurement HEX48 (SGX: HEX32)
                     --report-data HEX64 | --binding HEX32      report data as it is, or made from the binding as a guest does
                     [--gpu PLACE]… [--gpu-nonce HEX32]         with SPDM evidence of GPUs; their nonce is the binding
                     [--version N] [--debug] [--runtime-measurements HEX192]
                     [--vmpl 0..3] [--host-data HEX32] [--migration-agent]
                                                                print signed evidence and its certificates
          collateral --root DIR --host NAME                     print revocation lists, TCB info, reference manifests
          bundle     --root DIR --out FILE                      write what all vendors publish, for `ait collateral import`
          vectors    --out DIR [--set snp|devices|ocsp]         write the evidence vectors of the project

        Exit status: 0 done, 1 failed, 2 wrong arguments.
        """;

    public static int Run(IReadOnlyList<string> words, TextWriter output, TextWriter error, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(clock);
        if (words.Count == 0 || words.Contains("--help") || words[0] is "-h" or "help")
        {
            output.WriteLine(Help);
            return words.Count == 0 ? 2 : 0;
        }

        error.WriteLine("EMULATED hardware: nothing this program signs is genuine");
        string[] rest = [.. words.Skip(1)];
        try
        {
            byte[] json = words[0] switch
            {
                "init" => RootCommand.Run(new Arguments(rest, RootCommand.Options, []), create: true),
                "root" => RootCommand.Run(new Arguments(rest, RootCommand.Options, []), create: false),
                "host" => Host(new Arguments(rest, ["root", "host", "tee", "product", "gpu"], []), clock.GetUtcNow()),
                "gpus" => Gpus(new Arguments(rest, ["root", "host"], [])),
                "evidence" => EvidenceCommand.Run(new Arguments(rest, EvidenceCommand.Options, EvidenceCommand.Flags), clock.GetUtcNow()),
                "collateral" => CollateralCommand.Run(new Arguments(rest, ["root", "host"], []), clock.GetUtcNow()),
                "bundle" => BundleCommand.Run(new Arguments(rest, ["root", "out"], []), clock.GetUtcNow()),
                "vectors" => Vectors(new Arguments(rest, ["out", "set"], [])),
                _ => throw new EmulationException($"Unknown command {words[0]}; run with --help."),
            };
            output.WriteLine(Encoding.UTF8.GetString(json));
            return 0;
        }
        catch (EmulationException problem)
        {
            error.WriteLine(problem.Message);
            return 2;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            error.WriteLine($"Cannot use the folder of emulated hardware: {problem.Message}");
            return 1;
        }
    }

    private static byte[] Host(Arguments arguments, DateTimeOffset now)
    {
        var store = new EmulationStore(arguments.Required("root"));
        DateTimeOffset notBefore = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-1);
        string name = arguments.Required("host");
        EmulatedTee tee = arguments.Choice("tee", EmulatedTee.Snp);
        if (tee != EmulatedTee.Snp)
        {
            arguments.Refuse(["product"], "SNP");
        }

        EmulatedHost host = tee == EmulatedTee.Snp
            ? store.OpenOrCreateHost(name, arguments.Choice("product", EmulatedProduct.Genoa), arguments.All("gpu"), notBefore)
            : store.OpenOrCreateIntelHost(name, tee, arguments.All("gpu"), notBefore);
        return EmulationStore.Json(json => HostJson.Write(json, host));
    }

    private static byte[] Vectors(Arguments arguments) => arguments.Choice("set", VectorSet.Snp) switch
    {
        VectorSet.Snp => EvidenceVectors.Write(arguments.Required("out")),
        VectorSet.Devices => DeviceVectors.Write(arguments.Required("out")),
        _ => OcspVectors.Write(arguments.Required("out")),
    };

    private static byte[] Gpus(Arguments arguments)
    {
        EmulatedHost host = new EmulationStore(arguments.Required("root")).OpenHost(arguments.Required("host"));
        return EmulationStore.Json(json => HostJson.WriteGpus(json, host.Gpus));
    }
}
