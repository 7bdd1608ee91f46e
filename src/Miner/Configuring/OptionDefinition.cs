namespace Ait.Miner.Configuring;

/// <summary>One setting under its three spellings: <c>--gpu-uuid</c>, <c>AIT_MINER_GPU_UUID</c> and <c>"gpuUuid"</c> in the configuration file.</summary>
internal sealed record OptionDefinition(string Name, string? Value, bool Required, string Help)
{
    public const string EnvironmentPrefix = "AIT_MINER_";

    /// <summary>A flag stands alone; every other option takes a value.</summary>
    public bool IsFlag => Value is null;

    public string Flag => "--" + Name;

    public string EnvironmentName => EnvironmentPrefix + Name.Replace('-', '_').ToUpperInvariant();

    public string ConfigurationName
    {
        get
        {
            string[] words = Name.Split('-');
            return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        }
    }
}
