using System.Collections.Immutable;
using System.Globalization;
using Ait.Chain;
using Ait.Engine;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Configuring;

/// <summary>Turns settings as written into checked options; every fault is added, none stops the rest.</summary>
internal static class OptionsValidator
{
    /// <summary>MEASUREMENT of SEV-SNP; MRTD to RTMR3 of TDX; MRENCLAVE to ISVFAMILYID of SGX. The first is expected where the length is another.</summary>
    private static readonly int[] s_measurementSizes = [48, 384, 256];

    /// <summary>The options; null only if a fault was added.</summary>
    public static MinerOptions? Validate(IReadOnlyDictionary<string, Setting> settings, List<OptionFault> faults)
    {
        int before = faults.Count;
        foreach (OptionDefinition definition in Options.All.Where(definition => definition.Required && !settings.ContainsKey(definition.Name)))
        {
            faults.Add(new OptionFault(definition.Flag, "is missing.", $"Give {definition.Flag} {definition.Value}, {definition.EnvironmentName} or \"{definition.ConfigurationName}\": {definition.Help}."));
        }

        Uri? rpc = Read(settings, "rpc", faults, ReadUrl);
        ImmutableArray<Uri>? coordinators = Read(settings, "coordinator", faults, ReadUrls);
        EvidenceChoice? evidence = Read(settings, "evidence", faults, ReadEvidence) ?? EvidenceChoice.Auto;
        ImmutableArray<string>? evidenceCommand = Read(settings, "evidence-command", faults, ReadCommand) ?? [];
        CheckCommand(settings, evidence.Value, faults);
        ImmutableArray<string>? gpuEvidenceCommand = Read(settings, "gpu-evidence-command", faults, ReadCommand) ?? [];
        string? gpuReferences = ReadPath(settings, "gpu-references", faults);
        if (settings.TryGetValue("gpu-evidence-command", out Setting? gpuCommand) && gpuReferences is null)
        {
            faults.Add(new OptionFault(gpuCommand.Source, "needs --gpu-references.", "Name the network's gpu-references.json."));
        }

        ImmutableArray<byte>? gpuUuid = Read(settings, "gpu-uuid", faults, ReadGpuUuid);
        DeviceClass? deviceClass = Read(settings, "class", faults, ReadClass);
        ImmutableArray<byte>? measurement = Read(settings, "measurement", faults, ReadMeasurement);
        int? maxSeats = Read(settings, "max-seats", faults, static (setting, list) => ReadCount(setting, 16, list)) ?? 4;
        int? threads = Read(settings, "threads", faults, static (setting, list) => ReadCount(setting, EngineLimits.MaxThreads, list)) ?? 1;
        TimeSpan? evidenceTimeout = Read(settings, "evidence-timeout", faults, (setting, list) => ReadTime(setting, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), list)) ?? TimeSpan.FromSeconds(60);
        TimeSpan? drainTimeout = Read(settings, "drain-timeout", faults, (setting, list) => ReadTime(setting, TimeSpan.Zero, TimeSpan.FromHours(1), list)) ?? TimeSpan.FromSeconds(60);
        bool? json = Read(settings, "json", faults, ReadSwitch) ?? false;
        string? deployment = ReadPath(settings, "deployment", faults);
        string? operatorKey = ReadPath(settings, "operator-key", faults);
        string? state = ReadPath(settings, "state", faults);
        string? models = ReadPath(settings, "models", faults);
        _ = ReadPath(settings, "unit-dir", faults);
        if (faults.Count > before || rpc is null || coordinators is null || gpuUuid is null || deviceClass is null || measurement is null || operatorKey is null)
        {
            return null;
        }

        return new MinerOptions
        {
            Rpc = rpc,
            Coordinators = coordinators.Value,
            DeploymentFile = deployment,
            OperatorKeyFile = operatorKey,
            Evidence = evidence.Value,
            EvidenceCommand = evidenceCommand.Value,
            GpuEvidenceCommand = gpuEvidenceCommand.Value,
            GpuReferencesFile = gpuReferences,
            GpuUuid = gpuUuid.Value,
            Class = deviceClass.Value,
            Measurement = measurement.Value,
            StateDirectory = state,
            ModelsDirectory = models,
            MaxSeats = maxSeats.Value,
            Threads = threads.Value,
            EvidenceTimeout = evidenceTimeout.Value,
            DrainTimeout = drainTimeout.Value,
            Json = json.Value,
        };
    }

    /// <summary>The GPU alone; null only if a fault was added.</summary>
    public static ImmutableArray<byte>? ReadGpuUuid(IReadOnlyDictionary<string, Setting> settings, List<OptionFault> faults)
    {
        if (!settings.ContainsKey("gpu-uuid"))
        {
            faults.Add(new OptionFault("--gpu-uuid", "is missing.", "Name the GPU whose service is meant."));
        }

        return Read(settings, "gpu-uuid", faults, ReadGpuUuid);
    }

    private static T? Read<T>(IReadOnlyDictionary<string, Setting> settings, string name, List<OptionFault> faults, Func<Setting, List<OptionFault>, T?> read) =>
        settings.TryGetValue(name, out Setting? setting) ? read(setting, faults) : default;

    private static string? ReadPath(IReadOnlyDictionary<string, Setting> settings, string name, List<OptionFault> faults)
    {
        if (!settings.TryGetValue(name, out Setting? setting))
        {
            return null;
        }

        if (setting.Text.Trim().Length == 0 || setting.Text.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add(new OptionFault(setting.Source, "is not a path.", "Name a path."));
            return null;
        }

        return setting.Text;
    }

    private static Uri? ReadUrl(Setting setting, List<OptionFault> faults)
    {
        if (Uri.TryCreate(setting.Text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
        {
            return url;
        }

        faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not an http or https address without user, query and fragment.", "Write for example http://127.0.0.1:8545."));
        return null;
    }

    private static ImmutableArray<Uri>? ReadUrls(Setting setting, List<OptionFault> faults)
    {
        Uri?[] urls = [.. setting.Text.Split(',', StringSplitOptions.TrimEntries).Select(text => ReadUrl(setting with { Text = text }, faults))];
        return urls.All(url => url is not null) ? [.. urls.OfType<Uri>()] : null;
    }

    private static ImmutableArray<string>? ReadCommand(Setting setting, List<OptionFault> faults)
    {
        if (!CommandWords.TrySplit(setting.Text, out ImmutableArray<string> words, out string? problem))
        {
            faults.Add(new OptionFault(setting.Source, problem, "Quote the command as for a POSIX shell."));
            return null;
        }

        if (words.IsEmpty || words[0].Length == 0)
        {
            faults.Add(new OptionFault(setting.Source, "names no program.", "Write the program and its arguments."));
            return null;
        }

        return words;
    }

    private static ImmutableArray<byte>? ReadGpuUuid(Setting setting, List<OptionFault> faults)
    {
        // nvidia-smi prints GPU-6a7f…-…-…; only the sixteen bytes count.
        string digits = setting.Text.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase) ? setting.Text[4..] : setting.Text;
        digits = digits.Replace("-", string.Empty, StringComparison.Ordinal);
        return ReadHex(setting, digits, GpuIdentity.UuidSize, "a GPU UUID", faults);
    }

    private static ImmutableArray<byte>? ReadMeasurement(Setting setting, List<OptionFault> faults)
    {
        int digits = setting.Text.Length - (setting.Text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0);
        int size = s_measurementSizes.Contains(digits / 2) ? digits / 2 : s_measurementSizes[0];
        return ReadHex(setting, setting.Text, size, "a measurement", faults);
    }

    private static EvidenceChoice? ReadEvidence(Setting setting, List<OptionFault> faults)
    {
        EvidenceChoice? choice = setting.Text switch
        {
            "auto" => EvidenceChoice.Auto,
            "configfs" => EvidenceChoice.Configfs,
            "sev-guest" => EvidenceChoice.SevGuest,
            "gramine" => EvidenceChoice.Gramine,
            "command" => EvidenceChoice.Command,
            _ => null,
        };
        if (choice is null)
        {
            faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not a source of evidence.", "Use auto, configfs, sev-guest, gramine or command."));
        }

        return choice;
    }

    private static void CheckCommand(IReadOnlyDictionary<string, Setting> settings, EvidenceChoice evidence, List<OptionFault> faults)
    {
        bool named = settings.TryGetValue("evidence-command", out Setting? command);
        if (evidence == EvidenceChoice.Command && !named)
        {
            faults.Add(new OptionFault(settings["evidence"].Source, "is command, and no command is named.", "Give --evidence-command CMD, or leave --evidence out."));
        }
        else if (named && evidence is not (EvidenceChoice.Command or EvidenceChoice.Auto))
        {
            faults.Add(new OptionFault(command!.Source, $"is not used with --evidence {settings["evidence"].Text}.", "Leave one of the two out.")); // named: found above
        }
    }

    private static ImmutableArray<byte>? ReadHex(Setting setting, string digits, int size, string what, List<OptionFault> faults)
    {
        byte[] bytes = new byte[size];
        if (Hex.TryDecode(digits, bytes) && bytes.AsSpan().ContainsAnyExcept((byte)0))
        {
            return [.. bytes];
        }

        faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not {what}: expected {size} bytes of hex, not all zero.", "Correct the value."));
        return null;
    }

    private static DeviceClass? ReadClass(Setting setting, List<OptionFault> faults)
    {
        if (DeviceClasses.TryParse(setting.Text.ToUpperInvariant(), out DeviceClass deviceClass))
        {
            return deviceClass;
        }

        faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not a device class.", $"Use one of {string.Join(", ", DeviceClasses.All)}."));
        return null;
    }

    private static int? ReadCount(Setting setting, int most, List<OptionFault> faults)
    {
        if (int.TryParse(setting.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= most)
        {
            return count;
        }

        faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not a number from 1 to {most}.", "Correct the value."));
        return null;
    }

    private static bool? ReadSwitch(Setting setting, List<OptionFault> faults)
    {
        switch (setting.Text)
        {
            case "true" or "1":
                return true;
            case "false" or "0":
                return false;
            default:
                faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is neither true nor false.", "Correct the value."));
                return null;
        }
    }

    private static TimeSpan? ReadTime(Setting setting, TimeSpan minimum, TimeSpan maximum, List<OptionFault> faults)
    {
        if (Durations.TryParse(setting.Text, out TimeSpan time) && time >= minimum && time <= maximum)
        {
            return time;
        }

        faults.Add(new OptionFault(setting.Source, $"'{setting.Text}' is not a time from {Durations.Format(minimum)} to {Durations.Format(maximum)}.", "Write for example 500ms, 60s, 5m or 1h."));
        return null;
    }
}
