using System.Collections.Immutable;
using System.Text;

namespace Ait.Miner.Configuring;

/// <summary>The table of every setting, in the order the usage prints them.</summary>
internal static class Options
{
    public static ImmutableArray<OptionDefinition> All { get; } =
    [
        new("rpc", "URL", true, "JSON-RPC endpoint of the Ethereum node"),
        new("coordinator", "URL[,URL…]", true, "base address of the coordinator; of several replicas, the next is tried when one fails"),
        new("deployment", "FILE", false, "deployment.json with the contract addresses; without it they come from the coordinator"),
        new("operator-key", "FILE", true, "32-byte hex key that pays gas and receives AIT; the file must be mode 0600"),
        new("evidence", "SOURCE", false, "where processor evidence comes from: configfs, sev-guest, gramine, command, or auto (default): the command if named, else what this machine has"),
        new("evidence-command", "CMD", false, "program that collects hardware evidence; called with --report-data 0x… appended"),
        new("gpu-evidence-command", "CMD", false, "program that collects evidence of the GPU itself; called with --gpu-nonce 0x… appended; without it an H100 in confidential mode is asked through its driver"),
        new("gpu-references", "FILE", false, "the network's gpu-references.json: drivers and VBIOSes whose measurements it believes; needed to bring evidence of the GPU"),
        new("gpu-uuid", "UUID", true, "UUID of the GPU this process drives, 16 bytes of hex (GPU-… accepted)"),
        new("class", "CLASS", true, "class of the GPU: H100, A100, L40S or MI300X"),
        new("measurement", "HEX", true, "measured program, in hex: MEASUREMENT of SEV-SNP (48 bytes), MRTD to RTMR3 of TDX (384), MRENCLAVE to ISVFAMILYID of SGX (256)"),
        new("state", "DIR", false, "folder for the lock file that keeps one process per GPU; no secret is ever written there"),
        new("models", "DIR", false, "folder with the artifacts (*.ait) of imported models; without it only models drawn from a seed run"),
        new("max-seats", "N", false, "seats worked on at once, 1 to 16, until each has committed; execution stays one at a time (default 4)"),
        new("threads", "N", false, "processor threads that execute one workload, 1 to 256 (default 1)"),
        new("evidence-timeout", "TIME", false, "limit for one run of the evidence command, 1s to 10m (default 60s)"),
        new("drain-timeout", "TIME", false, "limit for finishing what was begun after SIGTERM or SIGINT, 0s to 1h (default 60s)"),
        new("unit-dir", "DIR", false, "folder of systemd's units for service install, uninstall and status (default /etc/systemd/system)"),
        new("config", "FILE", false, "JSON file with these settings by name; flags win over environment, environment over the file"),
        new("json", null, false, "print one JSON object per line instead of sentences"),
    ];

    public static OptionDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name);

    public static string Usage()
    {
        var text = new StringBuilder();
        text.Append("""
            Ait.Miner: proves one GPU to the device registry, executes its seats and signs the results.

            usage: Ait.Miner up [options]        check every prerequisite, then mine, with a live view on a terminal
                   Ait.Miner [options]           mine at once; waits for whatever is away
                   Ait.Miner doctor [options]    check every prerequisite and say what is missing
                   Ait.Miner doctor              say what this machine can prove, to any network
                   Ait.Miner service install [options]
                                                 mine unattended, as a service of systemd with these options
                   Ait.Miner service uninstall|status --gpu-uuid UUID

            options:

            """);
        foreach (OptionDefinition definition in All)
        {
            string flag = definition.IsFlag ? definition.Flag : $"{definition.Flag} {definition.Value}";
            text.Append("  ").Append(flag.PadRight(26)).Append(definition.Required ? "(required) " : string.Empty).Append(definition.Help).Append('\n');
        }

        text.Append("  ").Append("--help, --version".PadRight(26)).Append("print this text, or the version\n");
        text.Append("""

            Each option is also read from the environment (--gpu-uuid is AIT_MINER_GPU_UUID) and from the
            configuration file (--gpu-uuid is "gpuUuid").

            exit codes: 0 done, 1 refused, 2 usage or surroundings, 130 interrupted

            """);
        return text.ToString();
    }
}
