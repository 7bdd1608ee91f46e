using System.Buffers.Binary;
using System.Collections.Specialized;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Web;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>The console in a real browser against a running network.</summary>
public sealed class ConsoleInBrowser(Devnet devnet) : IClassFixture<Devnet>
{
    /// <summary>Bytes on the wire before the first page shows.</summary>
    private const int MostFirstLoad = 120 * 1024;

    /// <summary>Trading needs an exchange: <see cref="WalletInBrowser"/> has one.</summary>
    private static readonly string[] s_pages = ["network", "devices", "tasks", "economics", "governance", "chat"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Console_showsWhatTheNetworkSaysAndFollowsIt()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        IPage page = opened.Page;
        await devnet.RegisteredAsync(5, Cancellation);
        await page.GotoAsync(opened.Url + "#/devices");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        IReadOnlyList<DeviceResponse> devices = await devnet.Network.Coordinator.DevicesAsync(Cancellation);
        string roster = await page.InnerTextAsync("tbody");
        Assert.All(devices, device => Assert.Contains(device.GpuId.ToString()[..10], roster, StringComparison.Ordinal));
        Assert.All(devices, device => Assert.Contains(device.DeviceClass.ToString(), roster, StringComparison.Ordinal));

        // Nobody reloads: the page follows the task from nothing to settled.
        await page.GotoAsync(opened.Url + "#/tasks");
        await page.GetByText("No task yet.").WaitForAsync();
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        Hash256 workload = Assert.Single(await devnet.QueueAsync([WorkloadText.OfPrompt("A question:", 32, model)], Cancellation));
        TaskResponse task = await devnet.SettledAsync(workload, Cancellation);
        await page.GetByText("3 of 3 paid").WaitForAsync();
        await page.ClickAsync("tbody a");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        Assert.Contains(task.TaskId.ToString(), await page.InnerTextAsync("h1"), StringComparison.Ordinal);
        string seats = await page.InnerTextAsync("tbody");
        Assert.All(task.Seats, seat => Assert.Contains(seat.GpuId.ToString()[..10], seats, StringComparison.Ordinal));
        Assert.True(await page.Locator($"[title='{task.SeatSecret}']").CountAsync() > 0);
        await opened.MeetsTheRulesAsync("a settled task", () => page.Locator($"[title='{task.SeatSecret}']").First.WaitForAsync());
        string bundle = await page.Locator("a[download]").GetAttributeAsync("href") ?? string.Empty;
        Assert.Contains(task.TaskId.ToString(), bundle, StringComparison.Ordinal);
        while (!(await page.APIRequest.GetAsync(new Uri(new Uri(opened.Url), bundle).ToString())).Ok)
        {
            await Task.Delay(200, Cancellation); // It waits for the block that carries the proof.
        }

        await opened.MeetsTheRulesAsync("settled tasks", async () =>
        {
            await opened.GoAsync("tasks");
            await page.GetByText("3 of 3 paid").WaitForAsync();
        });

        await page.GotoAsync(opened.Url + "#/network");
        string minted = Amounts.Text(await devnet.SupplyAsync(Cancellation));
        await Assertions.Expect(page.Locator(".figure dd").First).ToContainTextAsync(minted[..6]);
        Assert.Contains("emulated", await page.InnerTextAsync(".banner"), StringComparison.Ordinal);
        await opened.MeetsTheRulesAsync("a network at work", () => page.GetByText("gas for 1 task in the last hour").WaitForAsync());
        Assert.Empty(opened.Complaints);
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_meetsTheAccessibilityRulesInBothSchemesAndFitsANarrowScreen()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        foreach (string name in s_pages)
        {
            await opened.MeetsTheRulesAsync(name, async () =>
            {
                await opened.GoAsync(name);
                await opened.Page.WaitForSelectorAsync("h1");
                await opened.Page.WaitForSelectorAsync(name switch { "tasks" => ".empty, tbody td", "chat" => "#key", _ => ".figure, tbody td" });
            });
        }

        Assert.Empty(opened.Complaints);
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_isUsedByKeyboardAlone()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        IPage page = opened.Page;
        await page.GotoAsync(opened.Url);
        await page.WaitForSelectorAsync("h1");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("To the content", await FocusAsync(page));
        for (int i = 0; i <= Array.IndexOf(s_pages, "tasks"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Tasks");
        Assert.Equal("Tasks", await page.InnerTextAsync("[aria-current=page]"));
    }

    /// <summary>What a large network's coordinator would say is made up here; that the coordinator itself answers in pages is its own tests' matter.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Console_showsTenThousandDevicesAndAMillionTasksInPages()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        IPage page = opened.Page;
        List<string> asked = [];
        await page.RouteAsync("**/v1/devices?*", async route =>
        {
            asked.Add(route.Request.Url);
            (int offset, int limit) = (Number(route, "offset"), Number(route, "limit"));
            IEnumerable<DeviceResponse> devices = Enumerable.Range(offset, Math.Clamp(10_000 - offset, 0, limit)).Select(slot => new DeviceResponse(
                slot, Id(slot), DeviceClass.A100, Address.Zero, Id(slot + 1_000_000), Address.Zero, 4_000_000_000, false, null, slot, slot == 1 ? 70 : 0, "0", null));
            await FulfilAsync(route, new DevicesResponse([.. devices], 10_000), ProtocolJson.Default.DevicesResponse);
        });
        await page.RouteAsync("**/v1/tasks?*", async route =>
        {
            asked.Add(route.Request.Url);
            NameValueCollection question = HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query);
            (string? unpaid, string? before) = (question["unpaid"], question["before"]);
            int next = before is null ? 1_000_000 : BinaryPrimitives.ReadInt32BigEndian(Hex.Decode(before).AsSpan(28));
            IEnumerable<TaskResponse> tasks = Enumerable.Range(1, Math.Min(Number(route, "limit"), next - 1)).Select(back => new TaskResponse(
                Id(next - back), 1, 0, Id(next - back), 1_000_000, 1, Address.Zero, TaskPhase.Settled, Id(1), Id(2), "1", "0x00", [], null,
                unpaid is null ? [] : [new TaskSeatResponse(2, Hash256.Parse(unpaid), Address.Zero, SeatPhase.Unpaid, UnpaidReason.ResultInMinority, null)]));
            await FulfilAsync(route, new TasksResponse([.. tasks]), ProtocolJson.Default.TasksResponse);
        });

        ILocator rows = page.Locator("tbody tr");
        await opened.GoAsync("devices");
        await page.GetByRole(AriaRole.Link, new() { Name = "70", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(Id(1).ToString());
        await Assertions.Expect(rows.First).ToContainTextAsync("ait miner doctor");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await opened.Button("Older").ClickAsync();
        await Assertions.Expect(rows.First.Locator($"[title='{Id(999_949)}']")).ToBeVisibleAsync();
        await opened.MeetsTheRulesAsync("unpaid seats", () => rows.First.WaitForAsync());
        await page.SetViewportSizeAsync(1200, 800);

        await opened.GoAsync("devices");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await page.FillAsync("#slot", "9999");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("9\u202f951–10\u202f000 of 10\u202f000").WaitForAsync();
        await Assertions.Expect(rows.Last.Locator($"[title='{Id(9_999)}']")).ToBeVisibleAsync();
        await Assertions.Expect(opened.Button("Next")).ToBeDisabledAsync();

        await opened.GoAsync("tasks");
        await Assertions.Expect(rows.First.Locator($"[title='{Id(999_999)}']")).ToBeVisibleAsync();
        await opened.Button("Older").ClickAsync();
        await Assertions.Expect(rows.First.Locator($"[title='{Id(999_949)}']")).ToBeVisibleAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await opened.Button("Newer").ClickAsync();
        await Assertions.Expect(rows.First.Locator($"[title='{Id(999_999)}']")).ToBeVisibleAsync();
        await page.FillAsync("#task", Id(77).ToString());
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync(Id(77).ToString());
        Assert.All(asked, url => Assert.Contains("limit=50", url, StringComparison.Ordinal));

        static Hash256 Id(int number)
        {
            byte[] bytes = new byte[Hash256.Size];
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(28), number);
            return new Hash256(bytes);
        }

        static int Number(IRoute route, string name) => int.Parse(HttpUtility.ParseQueryString(new Uri(route.Request.Url).Query)[name]!, CultureInfo.InvariantCulture);

        static Task FulfilAsync<T>(IRoute route, T answer, JsonTypeInfo<T> type) =>
            route.FulfillAsync(new() { ContentType = "application/json", Body = JsonSerializer.Serialize(answer, type) });
    }

    [Fact(Timeout = 300_000)]
    public async Task Console_loadsLittleAndNothingFromElsewhere()
    {
        await using BrowserPage opened = await BrowserPage.OpenAsync(devnet);
        List<string> asked = [];
        opened.Page.Request += (_, request) => asked.Add(request.Url);
        await opened.Page.GotoAsync(opened.Url);
        await opened.Page.WaitForSelectorAsync("h1");
        Assert.All(asked, url => Assert.StartsWith(opened.Url, url, StringComparison.Ordinal));
        int bytes = await opened.Page.EvaluateAsync<int>(
            "[performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource').filter(one => /assets|icon/.test(one.name))].reduce((sum, one) => sum + one.encodedBodySize, 0)");
        Assert.InRange(bytes, 10_000, MostFirstLoad);
        Assert.Empty(opened.Complaints);
    }

    private static Task<string> FocusAsync(IPage page) => page.EvaluateAsync<string>("document.activeElement.innerText");
}
