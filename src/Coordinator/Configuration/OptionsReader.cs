using System.Globalization;
using System.Text.Json;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Configuration;

/// <summary>Reads <see cref="CoordinatorOptions"/>: flags before environment before file before defaults. Names every fault at once.</summary>
internal static class OptionsReader
{
    private const long MaxConfigFile = 64 * 1024;

    internal static CoordinatorOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        List<string> faults = [];
        Dictionary<string, string> given = ReadFlags(arguments, faults);
        string? configFile = given.GetValueOrDefault("config") ?? environment(Setting.EnvironmentPrefix + "CONFIG");
        Dictionary<string, string> file = configFile is null ? [] : ReadFile(configFile, faults);
        var values = new Values(faults, name =>
        {
            Setting setting = Setting.All.First(candidate => candidate.Name == name);
            return given.GetValueOrDefault(name) ?? environment(setting.EnvironmentVariable) ?? file.GetValueOrDefault(name) ?? setting.Default;
        });

        Uri listen = values.Url("listen");
        var options = new CoordinatorOptions
        {
            Rpc = values.Url("rpc"),
            DeploymentFile = values.ExistingFile("deployment"),
            KeyFile = values.ExistingFile("key"),
            Store = values.Text("store"),
            ModelsFile = values.ExistingFile("models"),
            Listen = listen,
            PublicUrl = values.Text("public-url") == Setting.AsListen ? listen : values.Url("public-url"),
            ConsoleFolder = values.FolderOrNone("console", "index.html"),
            ExchangeFile = values.PathOrNone("dex"),
            TraceCollector = values.Text("otlp") == "none" ? null : values.Url("otlp"),
            BatchInterval = values.Time("batch-interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            PollInterval = values.Time("poll-interval", TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            BatchSize = values.Number("batch-size", 1, 1024),
            SettlementSize = values.Number("settlement-size", 1, 200),
            TaskLifetime = values.Time("task-lifetime", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(55)),
            CommitWindow = values.Time("commit-window", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)),
            RevealWindow = values.Time("reveal-window", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30)),
            LeaseLength = values.Time("lease-length", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            Confirmations = values.Number("confirmations", 0, 64),
            RequestsPerMinute = values.Number("requests-per-minute", 1, 1_000_000),
            OpeningsPerMinute = values.Number("openings-per-minute", 1, 100_000),
            CheckpointSpace = (long)values.Number("checkpoint-space", 1, 1_000_000) << 20,
            SuspendsSilent = values.OneOf("silent", "suspended", "kept") == "suspended",
            DemandsEvidence = values.OneOf("evidence", "verified", "registered") == "verified",
            DemandsRevocation = values.OneOf("revocation", "required", "given") == "required",
            SlashesCanaries = values.OneOf("slash-canaries", "yes", "no") == "yes",
            DemandsCover = values.OneOf("letter-cover", "bonded", "required") == "required",
            KeyRequestsPerMinute = values.Number("key-requests-per-minute", 1, 1_000_000),
            KeyRequestsAtOnce = values.Number("key-requests-at-once", 1, 10_000),
            AnswerTimeout = values.Time("answer-timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(55)),
            CollateralFolder = values.Text("collateral"),
            Vendors = new VendorOptions
            {
                Kds = values.Url("kds"),
                Pcs = values.Url("pcs"),
                IntelRootList = values.Url("intel-root-list"),
                Rim = values.Url("rim"),
                Ocsp = values.Url("ocsp"),
                Proxy = values.Text("proxy") == "none" ? null : values.Url("proxy"),
                Offline = values.OneOf("collateral-source", "vendors", "disk") == "disk",
                KdsInterval = values.Time("kds-interval", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            },
        };
        if (options.CollateralFolder == Setting.All.First(setting => setting.Name == "collateral").Default)
        {
            options = options with { CollateralFolder = Path.Combine(FolderOf(options.Store), "collateral") };
        }

        if (options.CommitWindow + options.RevealWindow >= options.TaskLifetime)
        {
            faults.Add("--commit-window and --reveal-window together must be shorter than --task-lifetime; shorten them.");
        }

        return faults.Count == 0 ? options : throw new StartupException(faults);
    }

    private static string FolderOf(string store) =>
        store.Length == 0 || PostgresLedger.IsAddress(store) ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(store)) ?? "/";

    private static Dictionary<string, string> ReadFlags(IReadOnlyList<string> arguments, List<string> faults)
    {
        Dictionary<string, string> given = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            if (!name.StartsWith("--", StringComparison.Ordinal) || !IsKnown(name[2..]))
            {
                faults.Add($"Unknown argument '{argument}'; see --help.");
                continue;
            }

            if (equals < 0 && i + 1 >= arguments.Count)
            {
                faults.Add($"{name} needs a value; see --help.");
                continue;
            }

            string value = equals < 0 ? arguments[++i] : argument[(equals + 1)..];
            if (!given.TryAdd(name[2..], value))
            {
                faults.Add($"{name} is given twice; give it once.");
            }
        }

        return given;
    }

    private static bool IsKnown(string name) => name == "config" || Setting.All.Any(setting => setting.Name == name);

    private static Dictionary<string, string> ReadFile(string path, List<string> faults)
    {
        Dictionary<string, string> values = [];
        try
        {
            if (new FileInfo(path).Length > MaxConfigFile)
            {
                faults.Add($"The configuration file {path} is larger than {MaxConfigFile} bytes; pass a configuration file.");
                return values;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                faults.Add($"The configuration file {path} is not a JSON object of settings; see --help for their names.");
                return values;
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "config" || !IsKnown(property.Name))
                {
                    faults.Add($"The configuration file {path} has an unknown setting '{property.Name}'; see --help.");
                }
                else if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                {
                    values[property.Name] = property.Value.ToString();
                }
                else
                {
                    faults.Add($"The setting '{property.Name}' in {path} is neither text nor a number; write it as in --help.");
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            faults.Add($"The configuration file {path} cannot be read ({fault.Message}); check the path and its JSON.");
        }

        return values;
    }

    /// <summary>Typed values by name; each fault is noted and a harmless value takes its place.</summary>
    private sealed class Values
    {
        private readonly List<string> _faults;
        private readonly Func<string, string?> _value;

        internal Values(List<string> faults, Func<string, string?> value)
        {
            _faults = faults;
            _value = value;
        }

        internal string Text(string name)
        {
            string? value = _value(name);
            if (string.IsNullOrWhiteSpace(value))
            {
                Setting setting = Setting.All.First(candidate => candidate.Name == name);
                _faults.Add($"--{name} is missing; pass --{name} {setting.Value} or set {setting.EnvironmentVariable}.");
                return string.Empty;
            }

            return value;
        }

        internal string ExistingFile(string name)
        {
            string path = Text(name);
            if (path.Length > 0 && !File.Exists(path))
            {
                _faults.Add($"--{name}: there is no file {path}; check the path.");
            }

            return path;
        }

        /// <summary>A folder that holds this file, null if the setting is empty.</summary>
        internal string? FolderOrNone(string name, string file)
        {
            string? path = _value(name);
            if (string.IsNullOrEmpty(path))
            {
                return null;
            }

            if (!File.Exists(Path.Combine(path, file)))
            {
                _faults.Add($"--{name}: there is no {file} in {path}; build the console with `npm run build` in console/, or leave the setting out.");
            }

            return Path.GetFullPath(path);
        }

        /// <summary>A file that need not be there yet, null if the setting is empty.</summary>
        internal string? PathOrNone(string name) => _value(name) is { Length: > 0 } path ? Path.GetFullPath(path) : null;

        internal Uri Url(string name)
        {
            string text = Text(name);
            if (text.Length > 0 && Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            if (text.Length > 0)
            {
                _faults.Add($"--{name}: expected an http or https URL, found '{text}'.");
            }

            return new Uri("http://127.0.0.1:0");
        }

        internal string OneOf(string name, params ReadOnlySpan<string> choices)
        {
            string text = Text(name);
            if (!choices.Contains(text))
            {
                _faults.Add($"--{name}: expected {string.Join(" or ", choices)}, found '{text}'.");
            }

            return text;
        }

        internal int Number(string name, int least, int most)
        {
            string text = Text(name);
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
            {
                return number;
            }

            _faults.Add($"--{name}: expected a whole number from {least} to {most}, found '{text}'.");
            return least;
        }

        internal TimeSpan Time(string name, TimeSpan least, TimeSpan most)
        {
            string text = Text(name);
            if (TryReadTime(text, out TimeSpan time) && time >= least && time <= most)
            {
                return time;
            }

            _faults.Add($"--{name}: expected a time from {Show(least)} to {Show(most)}, as 500ms, 2s or 5m, found '{text}'.");
            return least;
        }

        private static bool TryReadTime(string text, out TimeSpan time)
        {
            (int unit, double milliseconds) = text switch
            {
                _ when text.EndsWith("ms", StringComparison.Ordinal) => (2, 1),
                _ when text.EndsWith('s') => (1, 1_000),
                _ when text.EndsWith('m') => (1, 60_000),
                _ when text.EndsWith('h') => (1, 3_600_000),
                _ => (0, 0d),
            };
            time = default;
            if (unit == 0 || !double.TryParse(text.AsSpan(..^unit), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || number > 1e9)
            {
                return false;
            }

            time = TimeSpan.FromMilliseconds(number * milliseconds);
            return true;
        }

        private static string Show(TimeSpan time) => time.TotalSeconds switch
        {
            < 1 => $"{time.TotalMilliseconds:0}ms",
            < 60 => $"{time.TotalSeconds:0}s",
            _ => $"{time.TotalMinutes:0}m",
        };
    }
}
