using System.Globalization;
using System.Text;
using Ait.Miner.Configuring;

namespace Ait.Miner.Serving;

/// <summary>The systemd unit of one GPU's miner: text made from checked options.</summary>
internal static class ServiceUnit
{
    /// <summary>What systemd adds to the miner's own limit before it kills.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    /// <summary>The unit's file name: one for each GPU.</summary>
    public static string Name(ReadOnlySpan<byte> gpuUuid) => $"ait-miner-{Convert.ToHexStringLower(gpuUuid[..8])}.service";

    /// <summary>The unit's text.</summary>
    /// <param name="program">Full path of the miner.</param>
    /// <param name="user">The account it runs under; it must own the operator's key file.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="arguments">The same as flags, with full paths.</param>
    public static string Text(string program, string user, MinerOptions options, IReadOnlyList<string> arguments)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            [Unit]
            Description=AIT miner of GPU {new Guid(options.GpuUuid.AsSpan(), bigEndian: true)}
            Wants=network-online.target
            After=network-online.target
            StartLimitIntervalSec=0

            [Service]
            Type=exec
            User={user}
            ExecStart={string.Join(' ', new[] { program }.Concat(arguments).Select(Quote))}
            Restart=on-failure
            RestartSec=30
            # Refused for good: another start would be refused as well.
            RestartPreventExitStatus=1
            KillSignal=SIGTERM
            TimeoutStopSec={(int)(options.DrainTimeout + s_grace).TotalSeconds}
            # The enclave key lives in memory only: not in a core dump, not in swap that a dump could show.
            LimitCORE=0
            NoNewPrivileges=yes
            ProtectSystem=strict
            PrivateTmp=yes

            """);
        if (options.StateDirectory is string state)
        {
            text.Append(CultureInfo.InvariantCulture, $"ReadWritePaths={Quote(Path.GetFullPath(state))}\n");
        }

        text.Append("\n[Install]\nWantedBy=multi-user.target\n");
        return text.ToString();
    }

    /// <summary>A word as systemd reads it (systemd.service, "Command lines"): quoted, with its specifiers and variables disarmed.</summary>
    private static string Quote(string word)
    {
        string safe = word
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal)
            .Replace("$", "$$", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,".Contains(c, StringComparison.Ordinal)) ? word : $"\"{safe}\"";
    }
}
