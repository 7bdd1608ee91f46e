using System.Text.RegularExpressions;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Observing;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_haveEveryNameThatDashboardAndAlertsAskFor()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        await network.GetAsync("/v1/status", ProtocolJson.Default.StatusResponse);
        using HttpResponseMessage refused = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/tasks/0x00"));
        Assert.False(refused.IsSuccessStatusCode);
        string scraped = await HttpNetwork.EventuallyAsync(async () =>
        {
            string text = await network.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            return text.Contains("ait_loop_round_duration_seconds_bucket", StringComparison.Ordinal) ? text : null;
        });
        HashSet<string> served = [.. Sample().Matches(scraped).Select(match => match.Groups[1].Value)];
        string folder = Path.Combine(AppContext.BaseDirectory, "deploy");
        string[] asked =
        [
            .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).SelectMany(file => Asked().Matches(File.ReadAllText(file))).Select(match => match.Value).Distinct(),
        ];
        Assert.True(asked.Length > 10, $"only {asked.Length} names were found in {folder}");
        Assert.Empty(asked.Except(served));
        Assert.DoesNotContain("0x00", scraped, StringComparison.Ordinal); // No label takes what a stranger sends.
    }

    [GeneratedRegex("^([a-z_]+)(?:\\{| )", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Sample();

    [GeneratedRegex("\\b(?:ait|http_server)_[a-z_]+[a-z](?=[\\[{() )\"=]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Asked();
}
