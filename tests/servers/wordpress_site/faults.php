<?php
// A must-use plugin that makes the site fail as faults.json beside it says.
$faults = json_decode( (string) @file_get_contents( __DIR__ . '/faults.json' ), true ) ?: array();
if ( isset( $faults['passwords_off'] ) ) {
	add_filter( 'wp_is_application_passwords_available', '__return_false' );
}
if ( isset( $faults['closed'] ) ) {
	add_filter( 'rest_authentication_errors', fn() => new WP_Error( 'rest_disabled', 'closed', array( 'status' => $faults['closed'] ) ) );
}
if ( isset( $faults['no_header'] ) ) {
	unset( $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'], $_SERVER['HTTP_AUTHORIZATION'] );
}
if ( isset( $faults['held'] ) ) {
	// The time-out hole: the request arrives, and the post appears only when the file `held` is gone.
	add_filter( 'rest_pre_insert_post', function ( $post ) {
		touch( __DIR__ . '/held' );
		while ( file_exists( __DIR__ . '/held' ) ) {
			usleep( 20000 );
			clearstatcache();
		}
		return $post;
	} );
}
if ( isset( $faults['breaks'] ) ) {
	// Accepted, and then a fatal error instead of an answer.
	add_action( 'rest_after_insert_post', function () {
		status_header( 500 );
		exit( '<html>There has been a critical error.</html>' );
	} );
}
if ( isset( $faults['drops'] ) ) {
	add_filter( 'rest_request_before_callbacks', function ( $response, $handler, $request ) {
		if ( 'POST' === $request->get_method() && 0 === strpos( $request->get_route(), '/wp/v2/posts' ) ) {
			$request->set_param( 'categories', array( 999999 ) );
		}
		return $response;
	}, 10, 3 );
}
if ( isset( $faults['behind'] ) ) {
	// A clock that is slow by this many seconds, as WordPress compares it with a post's date.
	add_filter( 'wp_insert_post_data', function ( $data ) use ( $faults ) {
		$is_ahead = strtotime( $data['post_date_gmt'] . ' UTC' ) > time() - $faults['behind'];
		if ( 'publish' === $data['post_status'] && $is_ahead ) {
			$data['post_status'] = 'future';
		}
		return $data;
	} );
}
