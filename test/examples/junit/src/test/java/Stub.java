import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The stub as a process of its own, on free ports. Copy this file; it needs nothing but the JDK. */
final class Stub implements AutoCloseable {
  final String url;
  final String controlUrl;
  /** The value of Authorization, which is valid only here. */
  final String authorization;
  final HttpClient http = HttpClient.newHttpClient();
  private final Process process;

  Stub() throws IOException, InterruptedException {
    // The command that npm has installed. npx does not pass SIGTERM on.
    String command = System.getenv().getOrDefault("NEXUS_SYNC", "node_modules/.bin/nexus-sync");
    Path file = Files.createTempDirectory("stub").resolve("ready.json");
    List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
    words.addAll(List.of("--port", "0", "--ready-file", file.toString(), "--log-level", "silent"));
    process = new ProcessBuilder(words)
        .redirectOutput(new File("/dev/null"))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    while (!Files.exists(file)) {
      if (!process.isAlive()) throw new IllegalStateException("The stub did not start.");
      Thread.sleep(20);
    }
    String ready = Files.readString(file);
    url = member(ready, "url");
    controlUrl = member(ready, "controlUrl");
    String key = member(ready, "id") + ":" + member(ready, "secret");
    authorization = "Basic " + Base64.getEncoder().encodeToString(key.getBytes());
  }

  /** Sends a request about the session of a test to the control port, and returns the response's body. */
  String control(String method, String path, String session, String body) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(controlUrl + path))
        .header("Content-Type", "application/json")
        .header("X-Contract-Session", session)
        .method(method, BodyPublishers.ofString(body))
        .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) throw new IllegalStateException(response.body());
    return response.body();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    process.waitFor(15, TimeUnit.SECONDS);
  }

  private static String member(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(json);
    if (!found.find()) throw new IllegalStateException(name + " is missing: " + json);
    return found.group(1);
  }
}
