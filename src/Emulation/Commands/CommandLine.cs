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

          init     --root DIR [--product Milan|Genoa|Turin]   create the development root (idempotent)
          root     --root DIR [--product P]                   print the root key's fingerprint, modulus, certificate
          host     --root DIR --host NAME [--product P] [--gpu H100|A100|L40S|MI300X]…
                                                              create an emulated host (idempotent)
          gpus     --root DIR --host NAME                     print the host's GPUs
          evidence --root DIR --host NAME --report-data HEX64 --measurement HEX48
                   [--version 2..5] [--vmpl 0..3] [--host-data HEX32] [--debug] [--migration-agent]
                                                              print a signed report and its certificates
          vectors  --out DIR                                  write the evidence vectors of the project

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
                "init" => Root(new Arguments(rest, ["root", "product"], []), create: true),
                "root" => Root(new Arguments(rest, ["root", "product"], []), create: false),
                "host" => Host(new Arguments(rest, ["root", "host", "product", "gpu"], []), clock),
                "gpus" => Gpus(new Arguments(rest, ["root", "host"], [])),
                "evidence" => Evidence(new Arguments(
                    rest, ["root", "host", "report-data", "measurement", "version", "vmpl", "host-data"], ["debug", "migration-agent"])),
                "vectors" => EvidenceVectors.Write(new Arguments(rest, ["out"], []).Required("out")),
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

    private static byte[] Root(Arguments arguments, bool create)
    {
        var store = new EmulationStore(arguments.Required("root"));
        EmulatedProduct product = arguments.Choice("product", EmulatedProduct.Genoa);
        using EmulatedAmdRoot root = (create ? store.OpenOrCreateRoot(product) : store.OpenRoot(product))
            ?? throw new EmulationException($"There is no {product} root yet; create it with: init --root DIR --product {product}.");
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("emulated", true);
            json.WriteString("product", product.ToString());
            json.WriteString("arkSpkiSha384", HostJson.Hex(root.ArkFingerprint));
            json.WriteString("arkModulus", HostJson.Hex(root.ArkModulus));
            json.WriteString("arkDer", HostJson.Hex(root.Ark));
            json.WriteString("askDer", HostJson.Hex(root.Ask));
            json.WriteEndObject();
        });
    }

    private static byte[] Host(Arguments arguments, TimeProvider clock)
    {
        var store = new EmulationStore(arguments.Required("root"));
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset notBefore = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-1);
        EmulatedHost host = store.OpenOrCreateHost(
            arguments.Required("host"), arguments.Choice("product", EmulatedProduct.Genoa), arguments.All("gpu"), notBefore);
        return EmulationStore.Json(json => HostJson.Write(json, host));
    }

    private static byte[] Gpus(Arguments arguments)
    {
        EmulatedHost host = new EmulationStore(arguments.Required("root")).OpenHost(arguments.Required("host"));
        return EmulationStore.Json(json => HostJson.WriteGpus(json, host.Gpus));
    }

    private static byte[] Evidence(Arguments arguments)
    {
        var store = new EmulationStore(arguments.Required("root"));
        var report = new EmulatedReport
        {
            ReportData = arguments.Hex("report-data", 64),
            Measurement = arguments.Hex("measurement", 48),
            HostData = arguments.OptionalHex("host-data", 32) ?? new byte[32],
            Version = arguments.Number("version", 3, 2, 5),
            Vmpl = (uint)arguments.Number("vmpl", 0, 0, 3),
            Debug = arguments.Has("debug"),
            MigrationAgent = arguments.Has("migration-agent"),
        };
        EmulatedHost host = store.OpenHost(arguments.Required("host"));
        using EmulatedChip chip = store.OpenChip(host);
        (byte[] ask, byte[] ark) = store.ReadPath(host.Product);
        byte[] signed = chip.Report(report);
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("report", HostJson.Hex(signed));
            json.WriteString("vcek", HostJson.Hex(host.Vcek));
            json.WriteString("ask", HostJson.Hex(ask));
            json.WriteString("ark", HostJson.Hex(ark));
            json.WriteEndObject();
        });
    }
}
