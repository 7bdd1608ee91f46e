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
            first = 1;
            command = reader.ReadCommand(arguments[0]);
        }

        reader.ReadArguments(arguments, first);
        reader.ReadEnvironment(environment);
        reader.ReadConfiguration();
        if (command == MinerCommand.Doctor && reader._faults.Count == 0 && reader._settings.Keys.All(name => name == "json"))
        {
            return new OptionsOutcome.Machine(reader._settings.TryGetValue("json", out Setting? json) && json.Text is "true" or "1");
        }

        MinerOptions? options = OptionsValidator.Validate(reader._settings, reader._faults);
        return options is null || reader._faults.Count > 0
            ? new OptionsOutcome.Refused([.. reader._faults])
            : new OptionsOutcome.Accepted(command, options);
    }

    private MinerCommand ReadCommand(string word)
    {
        switch (word)
        {
            case "mine":
                return MinerCommand.Mine;
            case "doctor":
                return MinerCommand.Doctor;
            default:
                _faults.Add(new OptionFault(word, "is not a command.", "Use doctor, or no command to mine."));
                return MinerCommand.Mine;
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
