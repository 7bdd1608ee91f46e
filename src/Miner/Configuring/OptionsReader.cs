using System.Collections.Immutable;

namespace Ait.Miner.Configuring;

/// <summary>Gathers the settings from flags, environment and configuration file, and reports every fault at once.</summary>
internal sealed class OptionsReader
{
    private readonly List<OptionFault> _faults = [];
    private readonly Dictionary<string, Setting> _settings = [];

    private OptionsReader()
    {
    }

    public static OptionsOutcome Read(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            return new OptionsOutcome.Information(MinerCommand.Help);
        }

        if (arguments.Contains("--version"))
        {
            return new OptionsOutcome.Information(MinerCommand.Version);
        }

        var reader = new OptionsReader();
        MinerCommand command = MinerCommand.Mine;
        int first = 0;
        if (arguments.Count > 0 && !arguments[0].StartsWith('-'))
        {
            (command, first) = reader.ReadCommand(arguments);
        }

        reader.ReadArguments(arguments, first);
        reader.ReadEnvironment(environment);
        reader.ReadConfiguration();
        if (command == MinerCommand.Doctor && reader._faults.Count == 0 && reader._settings.Keys.All(name => name == "json"))
        {
            return new OptionsOutcome.Machine(reader._settings.TryGetValue("json", out Setting? json) && json.Text is "true" or "1");
        }

        if (command is MinerCommand.ServiceUninstall or MinerCommand.ServiceStatus)
        {
            return reader.ReadService(command);
        }

        MinerOptions? options = OptionsValidator.Validate(reader._settings, reader._faults);
        return options is null || reader._faults.Count > 0
            ? new OptionsOutcome.Refused([.. reader._faults])
            : command == MinerCommand.ServiceInstall
                ? new OptionsOutcome.Service(command, reader.UnitFolder(), options.GpuUuid, options, reader.ToArguments())
                : new OptionsOutcome.Accepted(command, options);
    }

    private string UnitFolder() => _settings.TryGetValue("unit-dir", out Setting? folder) ? Path.GetFullPath(folder.Text) : Serving.MinerService.DefaultFolder;

    /// <summary>For a service that is there already, its GPU names it.</summary>
    private OptionsOutcome ReadService(MinerCommand command)
    {
        ImmutableArray<byte>? gpuUuid = OptionsValidator.ReadGpuUuid(_settings, _faults);
        return gpuUuid is null || _faults.Count > 0
            ? new OptionsOutcome.Refused([.. _faults])
            : new OptionsOutcome.Service(command, UnitFolder(), gpuUuid.Value, null, []);
    }

    /// <summary>Every setting as a flag: a service has neither this environment nor this folder.</summary>
    private ImmutableArray<string> ToArguments() =>
    [
        .. Options.All
            .Where(option => _settings.ContainsKey(option.Name) && option.Name is not ("config" or "unit-dir" or "json"))
            .SelectMany(option => new[] { option.Flag, option.Value is "FILE" or "DIR" ? Path.GetFullPath(_settings[option.Name].Text) : _settings[option.Name].Text }),
    ];

    /// <summary>The command, and where its options begin.</summary>
    private (MinerCommand Command, int First) ReadCommand(IReadOnlyList<string> arguments)
    {
        string second = arguments.Count > 1 ? arguments[1] : string.Empty;
        switch (arguments[0], second)
        {
            case ("mine", _):
                return (MinerCommand.Mine, 1);
            case ("up", _):
                return (MinerCommand.Up, 1);
            case ("doctor", _):
                return (MinerCommand.Doctor, 1);
            case ("service", "install"):
                return (MinerCommand.ServiceInstall, 2);
            case ("service", "uninstall"):
                return (MinerCommand.ServiceUninstall, 2);
            case ("service", "status"):
                return (MinerCommand.ServiceStatus, 2);
            case ("service", _):
                _faults.Add(new OptionFault("service", "needs to know what to do.", "Use service install, service uninstall or service status."));
                return (MinerCommand.Mine, second.StartsWith('-') ? 1 : 2);
            default:
                _faults.Add(new OptionFault(arguments[0], "is not a command.", "Use up, doctor or service, or no command to mine."));
                return (MinerCommand.Mine, 1);
        }
    }

    private void ReadArguments(IReadOnlyList<string> arguments, int first)
    {
        for (int i = first; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string flag = equals < 0 ? argument : argument[..equals];
            OptionDefinition? definition = flag.StartsWith("--", StringComparison.Ordinal) ? Options.Find(flag[2..]) : null;
            if (definition is null)
            {
                _faults.Add(new OptionFault(flag, "is not an option.", "See --help."));
                continue;
            }

            string? value = equals < 0 ? null : argument[(equals + 1)..];
            if (definition.IsFlag)
            {
                if (value is not null)
                {
                    _faults.Add(new OptionFault(flag, "takes no value.", "Write it alone."));
                }

                value = "true";
            }
            else if (value is null)
            {
                if (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                {
                    _faults.Add(new OptionFault(flag, "has no value.", $"Write {definition.Flag} {definition.Value}."));
                    continue;
                }

                value = arguments[++i];
            }

            if (!_settings.TryAdd(definition.Name, new Setting(value, flag)))
            {
                _faults.Add(new OptionFault(flag, "is given twice.", "Give it once."));
            }
        }
    }

    private void ReadEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach ((string name, string value) in environment.Where(pair => pair.Key.StartsWith(OptionDefinition.EnvironmentPrefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            OptionDefinition? definition = Options.All.FirstOrDefault(candidate => candidate.EnvironmentName == name);
            if (definition is null)
            {
                _faults.Add(new OptionFault(name, "is not a setting of the miner.", "Unset it, or correct its name; see --help."));
            }
            else if (value.Length > 0)
            {
                _settings.TryAdd(definition.Name, new Setting(value, name));
            }
        }
    }

    private void ReadConfiguration()
    {
        if (!_settings.TryGetValue("config", out Setting? config))
        {
            return;
        }

        ImmutableDictionary<string, Setting>? read = ConfigurationFile.Read(config, _faults);
        foreach ((string name, Setting setting) in read ?? ImmutableDictionary<string, Setting>.Empty)
        {
            _settings.TryAdd(name, setting);
        }
    }
}
